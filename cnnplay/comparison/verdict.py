"""What a test of two networks says, in plain sentences: which is better, whether that is chance, what would tell."""

from dataclasses import dataclass

from cnnplay.comparison.tests import Contrast
from cnnplay.evaluation.paired import SIGNIFICANT
from cnnplay.evaluation.seeds import MOST_SEEDS

KNOWS = {
    "pictures": "The test knows these two trained networks, and asks what they would do on other pictures of the same "
    "kind. It does not know what other seeds of the same recipes would come to.",
    "groups": "The test knows how far seeds lie apart, and asks which recipe is better on these pictures. "
    "It does not know other pictures.",
    "one run": "The test knows how far the seeds of the group lie apart, and asks whether the single run could be one "
    "of them. It does not know how far other seeds of the single run would lie apart, and no other pictures.",
}
"""What each kind of test knows, and what it does not."""


@dataclass(frozen=True)
class Verdict:
    """Sentences without any mark-up.

    Attributes:
        finding: which is better by how much.
        chance: whether that could be chance; empty where there is no difference.
        next_step: what would settle it, or what is still open.
        knows: what the test knows and what it does not.
    """

    finding: str
    chance: str
    next_step: str
    knows: str


def tell(pair: Contrast) -> Verdict:
    """One pair in words; p of this pair alone, not corrected for others."""
    if pair.value == 0:
        return Verdict(_equal(pair), "", "There is no difference to settle.", KNOWS[pair.kind])
    chance = pair.p_value >= SIGNIFICANT
    if pair.kind == "pictures":
        sentences = _by_pictures(pair, chance=chance)
    elif pair.kind == "groups":
        sentences = _by_groups(pair, chance=chance)
    else:
        sentences = _by_one_run(pair, chance=chance)
    return Verdict(*sentences, KNOWS[pair.kind])


def p_in_words(p_value: float) -> str:
    """As in "p = 0.18"."""
    if p_value < 0.001:
        return "p < 0.001"
    return f"p = {p_value:.2f}" if p_value >= 0.1 else f"p = {p_value:.3f}"


def points(share: float) -> str:
    """A difference of two shares as points, with a real minus sign."""
    text = f"{100 * abs(share):.2f}"
    return text if not float(text) else f"{'−' if share < 0 else '+'}{text}"  # noqa: RUF001 - the sign of figures


def _by_pictures(pair: Contrast, *, chance: bool) -> tuple[str, str, str]:
    n, needed = pair.table.n, pair.to_settle or 0
    verdict = "that could be chance" if chance else "that is more than chance"
    finding = f"{_better(pair)} is better by {_size(pair)}."
    told = f"With these {n:,} pictures {verdict}: {p_in_words(pair.p_value)}."
    if not chance:
        settled = "That is settled for these two trained networks."
        return finding, told, f"{settled} Whether the recipe is better, only several seeds of each can tell."
    needs = f"About {_round(needed)} test pictures would settle a difference of this size, {_round(needed - n)} more"
    return finding, told, f"{needs} than there are. Several seeds of each would tell about the recipes."


def _by_groups(pair: Contrast, *, chance: bool) -> tuple[str, str, str]:
    n_a, n_b = map(len, pair.accuracies)
    seeds = f"{n_a} seeds each" if n_a == n_b else f"{n_a} and {n_b} seeds"
    verdict = "The luck of seeds alone could do that" if chance else "That is more than the luck of seeds"
    finding = f"{_better(pair)} is better by {_size(pair)} on average, over {seeds}."
    told = f"{verdict}: {p_in_words(pair.p_value)}."
    if not chance:
        return (
            finding,
            told,
            "That is settled for the two recipes on these pictures. Other pictures could tell otherwise.",
        )
    return finding, told, _more_seeds(pair)


def _by_one_run(pair: Contrast, *, chance: bool) -> tuple[str, str, str]:
    a_is_one = len(pair.accuracies[0]) == 1
    one, group = (pair.a, pair.b) if a_is_one else (pair.b, pair.a)
    word = "better" if (pair.value > 0) == a_is_one else "worse"
    could = "well" if chance else "hardly"
    finding = f"{one.title}, one run, is {word} by {_size(pair)} than the mean of {group.title}."
    told = f"Another seed beside these {max(map(len, pair.accuracies))} could {could} come to that: "
    told += f"{p_in_words(pair.p_value)}."
    if not chance:
        settled = "That is settled for this one run."
        return finding, told, f"{settled} More seeds of {one.title} would tell about its recipe."
    needs = _more_seeds(pair)
    return finding, told, f"If seeds of {one.title} lie as far apart, {needs[0].lower()}{needs[1:]}"


def _more_seeds(pair: Contrast) -> str:
    if pair.to_settle is None:
        return f"Not even {MOST_SEEDS:,} seeds of each would settle a difference of this size."
    more = [
        f"{pair.to_settle - len(known):,} more of {entry.title}"
        for entry, known in zip((pair.a, pair.b), pair.accuracies, strict=True)
        if pair.to_settle > len(known)
    ]
    told = f": {' and '.join(more)}" if more else ""
    return f"About {pair.to_settle:,} seeds of each would settle a difference of this size{told}."


def _equal(pair: Contrast) -> str:
    if pair.kind == "pictures" and not pair.table.n_only_a:
        return f"{pair.a.title} and {pair.b.title} read the very same pictures correctly."
    return f"{pair.a.title} and {pair.b.title} are equally good."


def _better(pair: Contrast) -> str:
    return (pair.a if pair.value > 0 else pair.b).title


def _size(pair: Contrast) -> str:
    return f"{100 * abs(pair.value):.2f} points"


def _round(n: int) -> str:
    """With two significant digits: it is an estimate."""
    shift = max(0, len(str(n)) - 2)
    return f"{round(n, -shift):,}"

"""Every published recipe, run again as its author ran it: the published figure and ours side by side."""

from cnnplay.experiments.experiment import Arm, Experiment, Means
from cnnplay.models.registry import get_spec
from cnnplay.training.recipes import AUTHORS, make_config

KEYS = (
    "fc2",
    "cnn6",
    "cnn16_32",
    "inception",
    "residual",
    "residual_scaled",
    "residual_conv",
    "lenet5",
    "lenet",
    "vgg",
    "speedrun",
)
PERMUTED = Arm(
    key="fc2-permuted",
    label="Two hidden layers, permuted",
    config=make_config("fc2", "published", model_options={"shuffle_px": 28}),
    published=0.8810,
    published_note="after 1 epoch of SGD, all pixels permuted",
)
CLOSE = 0.01
"""Two seeds of one recipe differ by less than this on most of these; on the two small nets by more."""


def _arm(key: str) -> Arm:
    spec = get_spec(key)
    return Arm(
        key=key,
        label=spec.title,
        config=make_config(key, AUTHORS[key]),
        published=spec.published_accuracy,
        published_note=spec.published_note or "no figure was given in text",
    )


ARMS = (_arm(KEYS[0]), PERMUTED, *(_arm(key) for key in KEYS[1:]))
assert set(KEYS) == set(AUTHORS)
PUBLISHED_FIGURES = {arm.key: arm.published for arm in ARMS if arm.published is not None}


def _count(means: Means) -> tuple[int, int]:
    """How many are close, and how many are not measured yet."""
    n_close = sum(means[key] >= figure - CLOSE for key, figure in PUBLISHED_FIGURES.items() if key in means)
    return n_close, len(PUBLISHED_FIGURES.keys() - means.keys())


def _judge(means: Means) -> int | None:
    """What is not measured yet is left open: it counts only where it can no longer change the answer."""
    n_close, n_open = _count(means)
    lowest, highest = (_guess(n, len(PUBLISHED_FIGURES)) for n in (n_close, n_close + n_open))
    return lowest if lowest == highest else None


def _tally(means: Means) -> str:
    n_close, n_open = _count(means)
    n = len(PUBLISHED_FIGURES) - n_open
    return f"{n_close} of the {n} that were measured and have a published figure." if n else ""


def _guess(n_close: int, n: int) -> int:
    return 0 if n_close == n else (1 if n_close > n / 2 else 2)


EXPERIMENT = Experiment(
    key="reproduce",
    order=13,
    title="Reproduce",
    question="Each published recipe once more, as its author ran it. How many come within a point of the published "
    "accuracy, or above it?",
    guesses=("All of them", "Most of them", "Half of them or fewer"),
    judge=_judge,
    arms=ARMS,
    whole_set=True,
    judges_parts=True,
    tally=_tally,
    n_seeds=1,
    why=(
        "A published accuracy is one run: another seed draws other first weights and another order of the pictures, "
        "and ends a few tenths of a point away, on small nets after one pass even two points.",
        "What comes back within that spread is reproduced; one figure alone could not have told how wide it is.",
    ),
    look="The distance of the two marks in each row, and whether it is larger than what other seeds do in the other "
    "experiments. Where the learning rate stays high to the end, as in the curve of VGG-11, the last epoch alone can "
    "be off by that much.",
    setting="the author's own recipe, all training pictures, the test set read as often as they read it",
)

"""Tests of pairs, and what they say in words, on what the shipped networks answered."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_ind
from statsmodels.stats.multitest import multipletests

from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tests import Contrast, best_first, contrast, contrast_all
from cnnplay.comparison.verdict import KNOWS, p_in_words, points, tell
from cnnplay.evaluation.paired import PairTable
from cnnplay.runs.answers import load_answer_key


@pytest.fixture(scope="module")
def comparison():
    return Comparison(load_answer_key("cifar10"), list_entries("cifar10"))


def find(comparison, token):
    return next(entry for entry in comparison.entries if entry.token == token)


def as_seeds(comparison, token, *tokens):
    """Several shipped networks, as if they were seeds of one."""
    entry = find(comparison, token)
    members = [replace(find(comparison, each).first, seed=seed) for seed, each in enumerate((token, *tokens))]
    return replace(entry, token="seeds-1", title=f"{token} seeds", members=tuple(members))


def right(comparison, entry):
    return comparison.answers(entry.first).argmax(1) == comparison.key.labels


def test_two_networks_are_tested_on_the_same_pictures(comparison):
    a, b = find(comparison, "resnet"), find(comparison, "googlenet")
    pair = contrast(comparison, a, b)
    a_right, b_right = right(comparison, a), right(comparison, b)
    n_a, n_b = int((a_right & ~b_right).sum()), int((b_right & ~a_right).sum())
    assert pair.kind == "pictures"
    assert (pair.table.n_only_a, pair.table.n_only_b, pair.table.n) == (n_a, n_b, comparison.key.n)
    assert pair.p_value == pytest.approx(binomtest(n_a, n_a + n_b).pvalue)
    assert pair.value == pytest.approx(a_right.mean() - b_right.mean())
    assert pair.low < pair.value < pair.high
    assert not pair.stands


def test_all_pairs_are_told_the_better_one_first_and_corrected_by_holm(comparison):
    pairs = contrast_all(comparison)
    assert [(pair.a, pair.b) for pair in pairs] == list(combinations(best_first(comparison), 2))
    assert all(pair.value >= 0 for pair in pairs)
    theirs = multipletests([pair.p_value for pair in pairs], method="holm")
    assert [pair.p_corrected for pair in pairs] == pytest.approx(theirs[1])
    assert [pair.stands for pair in pairs] == list(theirs[0])


def test_groups_of_seeds_are_tested_by_their_seeds(comparison):
    a, b = as_seeds(comparison, "vgg", "resnet", "googlenet"), as_seeds(comparison, "alexnet", "zfnet")
    pair = contrast(replace(comparison, entries=(a, replace(b, token="seeds-2"))), a, replace(b, token="seeds-2"))
    theirs = ttest_ind(*pair.accuracies, equal_var=False)
    assert pair.kind == "groups"
    assert [len(each) for each in pair.accuracies] == [3, 2]
    assert pair.p_value == pytest.approx(theirs.pvalue)
    assert "3 and 2 seeds" in tell(pair).finding


def test_one_run_against_a_group_reads_the_same_from_either_side(comparison):
    group, one = as_seeds(comparison, "vgg", "resnet", "googlenet"), find(comparison, "lenet")
    both = replace(comparison, entries=(group, one))
    there, back = contrast(both, group, one), contrast(both, one, group)
    assert there.kind == back.kind == "one run"
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low))
    assert there.p_value == back.p_value < 0.01
    assert tell(there) == tell(back)
    assert tell(there).finding.startswith("lenet, one run, is worse by ")
    assert "hardly" in tell(there).chance


def made(kind, value, p_value, *, to_settle=None, n_seeds=(1, 1)):
    a, b = list_entries("cifar10")[:2]
    accuracies = tuple(tuple(np.linspace(0.8, 0.82, n)) for n in n_seeds)
    return contrast_of(a, b, kind, value, p_value, accuracies, to_settle)


def contrast_of(a, b, kind, value, p_value, accuracies, to_settle):
    table = PairTable(9000, 300, 270, 430) if value else PairTable(9000, 0, 0, 1000)
    return Contrast(
        a=replace(a, title="one"), b=replace(b, title="other"), kind=kind, value=value, low=-0.01, high=0.01,
        p_value=p_value, p_corrected=p_value, table=table, accuracies=accuracies, to_settle=to_settle,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pair", "finding", "chance", "next_step"),
    [
        (
            made("pictures", 0.003, 0.224, to_settle=49708),
            "one is better by 0.30 points.",
            "With these 10,000 pictures that could be chance: p = 0.22.",
            "About 50,000 test pictures would settle a difference of this size, 40,000 more than there are.",
        ),
        (
            made("pictures", -0.03, 1e-9, to_settle=970),
            "other is better by 3.00 points.",
            "With these 10,000 pictures that is more than chance: p < 0.001.",
            "That is settled for these two trained networks.",
        ),
        (
            made("groups", 0.004, 0.061, to_settle=9, n_seeds=(3, 3)),
            "one is better by 0.40 points on average, over 3 seeds each.",
            "The luck of seeds alone could do that: p = 0.061.",
            "About 9 seeds of each would settle a difference of this size: 6 more of one and 6 more of other.",
        ),
        (
            made("groups", 0.00001, 0.99, n_seeds=(2, 4)),
            "one is better by 0.00 points on average, over 2 and 4 seeds.",
            "The luck of seeds alone could do that: p = 0.99.",
            "Not even 1,000 seeds of each would settle a difference of this size.",
        ),
        (
            made("one run", 0.004, 0.3, to_settle=6, n_seeds=(1, 4)),
            "one, one run, is better by 0.40 points than the mean of other.",
            "Another seed beside these 4 could well come to that: p = 0.30.",
            "If seeds of one lie as far apart, about 6 seeds of each would settle a difference of this size: "
            "5 more of one and 2 more of other.",
        ),
        (
            made("pictures", 0.0, 1.0),
            "one and other read the very same pictures correctly.",
            "",
            "There is no difference to settle.",
        ),
    ],
)
def test_the_verdict_is_said_in_plain_sentences(pair, finding, chance, next_step):
    verdict = tell(pair)
    assert (verdict.finding, verdict.chance) == (finding, chance)
    assert verdict.next_step.startswith(next_step)
    assert verdict.knows == KNOWS[pair.kind]


def test_figures_are_written_as_people_write_them():
    assert [p_in_words(p) for p in (0.5, 0.0994, 0.01, 0.0001)] == ["p = 0.50", "p = 0.099", "p = 0.010", "p < 0.001"]
    assert [points(share) for share in (0.0123, -0.0123, -0.00001)] == ["+1.23", "−1.23", "0.00"]  # noqa: RUF001

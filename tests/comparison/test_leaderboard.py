"""The figures of the leaderboard, against the cards and against other people's code."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_accuracy, multiclass_calibration_error

from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.leaderboard import METRICS, make_row, make_rows, sort_rows
from cnnplay.comparison.picks import not_told_apart, pick
from cnnplay.comparison.selection import Comparison
from cnnplay.runs.answers import load_answer_key


@pytest.mark.parametrize("dataset", ["mnist", "cifar10"])
def test_the_figures_agree_with_torchmetrics_on_the_stored_answers(dataset):
    key = load_answer_key(dataset)
    entries = list_entries(dataset)
    for row in make_rows(entries, key):
        answers = Comparison(key, entries).answers(row.entry.first)
        assert answers is not None
        probs, labels = torch.tensor(answers), torch.tensor(key.labels)
        n_classes = len(key.classes)
        theirs = {
            "accuracy": multiclass_accuracy(probs, labels, n_classes, average="micro"),
            "calibration_error": multiclass_calibration_error(probs, labels, n_classes, n_bins=15, norm="l1"),
            "loss": torch.nn.functional.nll_loss(probs.double().clamp_min(2**-24).log(), labels),
        }
        for name, value in theirs.items():
            # Half precision puts some confidences on the edge of a bin, which belongs to either.
            assert row.values[name] == pytest.approx(float(value), abs=2e-4 if name == "calibration_error" else 1e-6)


def test_a_row_knows_what_its_card_knows_and_the_interval_of_the_accuracy():
    entry = next(entry for entry in list_entries("cifar10") if entry.token == "speedrun")
    row, card = make_row(entry, load_answer_key("cifar10")), entry.first.card
    assert card is not None
    for name in ("n_params", "macs", "size_bytes", "wall_s", "images_per_s"):
        assert row.values[name] == getattr(card, name)
    assert (row.low, row.high) == pytest.approx((card.accuracy_low, card.accuracy_high), abs=1e-5)
    assert row.accuracy_tta == card.accuracy_tta
    assert (row.std, row.n) == (None, 1)
    assert set(row.values) == set(METRICS)


def test_without_the_right_answers_the_card_is_all_that_is_known():
    row = make_row(list_entries("mnist")[0], None)
    assert row.values["accuracy"] is not None
    assert row.values["loss"] is None


def test_without_a_card_the_stored_answers_are_counted():
    entry = list_entries("cifar10")[0]
    bare = replace(entry, members=(replace(entry.first, card=None),))
    row = make_row(bare, load_answer_key("cifar10"))
    assert entry.first.card is not None
    assert row.values["accuracy"] == pytest.approx(entry.first.card.accuracy)
    assert row.low is not None
    assert row.values["n_params"] is None


def group_of(*accuracies):
    """The first shipped network, as if it had been trained with several seeds."""
    entry = list_entries("mnist")[0]
    card = entry.first.card
    assert card is not None
    members = [
        replace(entry.first, seed=seed, weights=None, card=replace(card, accuracy=accuracy))
        for seed, accuracy in enumerate(accuracies)
    ]
    return replace(entry, members=tuple(members))


def test_a_group_has_the_mean_the_standard_deviation_and_no_interval_of_one_network():
    row = make_row(group_of(0.90, 0.92, 0.97), None)
    assert row.values["accuracy"] == pytest.approx(0.93)
    assert row.std == pytest.approx(np.std([0.90, 0.92, 0.97], ddof=1))
    assert (row.low, row.high, row.n) == (None, None, 3)


def test_the_best_comes_first_and_what_is_in_training_last():
    entries = list_entries("mnist")
    rows = make_rows(entries, None)
    training = replace(rows[0], values=dict.fromkeys(METRICS))
    ordered = sort_rows([training, *rows])
    assert ordered[-1] is training
    accuracies = [row.values["accuracy"] for row in ordered[:-1]]
    assert accuracies == sorted(accuracies, reverse=True)


def test_for_a_phone_is_the_least_work_among_those_that_are_good_enough():
    rows = make_rows(list_entries("cifar10"), None)
    by_name = {row.entry.token: row for row in rows}
    picks = pick(rows, cost=0.03)
    assert picks.best is by_name["speedrun"]
    assert picks.phone is by_name["resnet"]
    near = [row for row in rows if row.values["accuracy"] >= by_name["speedrun"].values["accuracy"] - 0.03]
    assert picks.phone.values["macs"] == min(row.values["macs"] for row in near)
    assert pick(rows, cost=0.0).phone is picks.best
    assert pick(rows, cost=1.0).phone is by_name["lenet5"]
    assert pick([]).best is None


def test_what_cannot_be_told_from_the_best_is_named():
    key = load_answer_key("mnist")
    rows = sort_rows(make_rows(list_entries("mnist"), key))
    close = {row.entry.token for row in not_told_apart(rows[0], rows, Comparison(key, ()))}
    assert rows[1].entry.token in close
    assert "fc2" not in close

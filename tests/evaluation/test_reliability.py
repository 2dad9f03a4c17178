"""Reliability, against torchmetrics and against networks that keep their word by construction."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_calibration_error

from cnnplay.evaluation.calibration import N_BINS
from cnnplay.evaluation.reliability import measure_reliability, measure_selective


def answers(n, *, too_sure=0.0, seed=0):
    """Probabilities (n, 10) of a network that is right exactly as often as it says, less `too_sure`."""
    rng = np.random.default_rng(seed)
    sure = rng.uniform(0.3, 1.0, n)
    probs = np.full((n, 10), 0.0)
    probs[:, 1:] = ((1 - sure) / 9)[:, None]
    probs[:, 0] = sure
    labels = np.where(rng.random(n) < sure - too_sure, 0, rng.integers(1, 10, n))
    return probs, labels


@pytest.mark.parametrize("seed", range(4))
def test_the_error_is_that_of_torchmetrics(seed):
    probs = np.random.default_rng(seed).dirichlet(np.full(10, 0.1 * (seed + 1)), 3000)
    labels = np.random.default_rng(seed + 9).integers(0, 10, 3000)
    labels[::2] = probs[::2].argmax(1)
    theirs = multiclass_calibration_error(torch.tensor(probs), torch.tensor(labels), 10, n_bins=N_BINS, norm="l1")
    found = measure_reliability(probs, labels)
    assert found.error == pytest.approx(float(theirs), abs=1e-6)
    assert found.low <= found.error <= found.high


def test_a_network_that_keeps_its_word_differs_by_chance_alone():
    errors = [measure_reliability(*answers(4000, seed=seed)) for seed in range(30)]
    assert np.mean([found.error for found in errors]) == pytest.approx(errors[0].by_chance, rel=0.1)
    assert abs(np.mean([found.gap for found in errors])) < 0.003


def test_the_interval_holds_what_other_pictures_say_nineteen_times_in_twenty():
    found = [measure_reliability(*answers(3000, too_sure=0.1, seed=seed)) for seed in range(60)]
    truth = np.mean([each.error for each in found])
    assert sum(each.low <= truth <= each.high for each in found) >= 52
    assert found[0].gap == pytest.approx(0.1, abs=0.03)


def test_bins_hold_all_pictures_and_empty_ones_hold_no_numbers():
    probs, labels = answers(500)
    found = measure_reliability(probs, labels)
    assert found.counts.sum() == 500
    assert np.isnan(found.accuracy[found.counts == 0]).all()
    assert found.counts[found.worst_bin] > 0
    edges = np.arange(N_BINS + 1) / N_BINS
    held = found.counts > 0
    assert (found.confidence[held] >= edges[:-1][held]).all()
    assert (found.confidence[held] <= edges[1:][held]).all()


def test_the_surest_are_answered_first_and_all_in_the_end():
    probs, labels = answers(5000)
    found = measure_selective(probs, labels)
    assert found.shares[-1] == 1
    assert found.accuracies[-1] == pytest.approx((probs.argmax(1) == labels).mean())
    assert (np.diff(found.thresholds) <= 0).all()
    assert found.accuracies[0] > found.accuracies[-1] + 0.2
    share = found.share_at(0.9)
    sure = np.sort(probs.max(1))[::-1][: round(share * 5000)]
    assert 0 < share < 1
    assert sure.mean() == pytest.approx(0.9, abs=0.03)
    assert found.share_at(1.01) == 0
    assert len(measure_selective(probs[:20], labels[:20]).shares) == 1

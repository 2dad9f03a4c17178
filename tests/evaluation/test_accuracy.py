"""Accuracy and calibration, against scipy and scikit-learn and against cases known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from cnnplay.evaluation.accuracy import measure_accuracy, per_class_accuracy, wilson_interval
from cnnplay.evaluation.calibration import calibration_error, fit_temperature, log_softmax


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_equals_scipy(counts):
    n_right, n = counts
    expected = binomtest(n_right, n).proportion_ci(method="wilson")
    low, high = wilson_interval(n_right, n)
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)
    assert 0 <= low <= n_right / n + 1e-12
    assert n_right / n - 1e-12 <= high <= 1


def test_accuracy_counts_the_highest_score():
    scores = np.array([[0.1, 0.9], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    labels = np.array([1, 0, 1, 1])
    found = measure_accuracy(scores, labels)
    assert (found.value, found.n) == (0.75, 4)
    assert found.low < 0.75 < found.high
    assert per_class_accuracy(scores, labels, ("a", "b")) == {"a": 1.0, "b": pytest.approx(2 / 3)}


def made_logits(rng, n=4000, true_temperature=2.5):
    """Logits that are too sure by a known factor."""
    honest = rng.normal(0, 1.5, (n, 5))
    probs = np.exp(log_softmax(honest))
    labels = np.array([rng.choice(5, p=p) for p in probs])
    return honest * true_temperature, labels


def test_temperature_scaling_finds_the_factor_and_mends_the_error():
    logits, labels = made_logits(np.random.default_rng(0))
    temperature = fit_temperature(logits, labels)
    assert temperature == pytest.approx(2.5, rel=0.05)
    before = calibration_error(np.exp(log_softmax(logits)), labels)
    after = calibration_error(np.exp(log_softmax(logits / temperature)), labels)
    assert after < 0.03 < before


def test_calibration_error_of_known_cases():
    sure = np.array([[1.0, 0.0]] * 10)
    assert calibration_error(sure, np.zeros(10, int)) == pytest.approx(0.0)
    assert calibration_error(sure, np.ones(10, int)) == pytest.approx(1.0)
    half = np.array([[0.75, 0.25]] * 4)
    assert calibration_error(half, np.array([0, 0, 0, 1])) == pytest.approx(0.0)

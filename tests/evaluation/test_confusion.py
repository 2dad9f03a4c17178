"""Confusions are counted as scikit-learn counts them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from cnnplay.evaluation.confusion import count_confusions


@given(st.integers(2, 12).flatmap(lambda k: st.tuples(st.just(k), st.lists(st.tuples(*[st.integers(0, k - 1)] * 2)))))
def test_the_counts_are_those_of_scikit_learn(case):
    n_classes, pairs = case
    labels, answers = np.array(pairs, np.int64).reshape(-1, 2).T
    found = count_confusions(labels, answers, n_classes)
    assert found.sum() == len(pairs)
    if pairs:
        assert np.array_equal(found, confusion_matrix(labels, answers, labels=np.arange(n_classes)))
    assert np.array_equal(found.sum(1), np.bincount(labels, minlength=n_classes))


def test_labels_may_be_bytes():
    labels = np.array([0, 99, 99], np.uint8)
    assert count_confusions(labels, np.array([1, 99, 0]), 100)[99].nonzero()[0].tolist() == [0, 99]

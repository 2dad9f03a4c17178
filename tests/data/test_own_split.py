"""Which pictures of one's own are for the test."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.data.own_making import split_by_hash


@given(st.lists(st.integers(2, 60), min_size=2, max_size=5), st.integers(0, 2**32))
def test_about_a_fifth_of_each_class_is_tested_on_and_at_least_one(counts: list[int], seed: int) -> None:
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    hashes = np.random.default_rng(seed).integers(2**64, size=len(labels), dtype=np.uint64)
    is_test = split_by_hash(hashes, labels)
    for label, n in enumerate(counts):
        n_test = int(is_test[labels == label].sum())
        assert 1 <= n_test < n
        assert n // 6 <= n_test <= max(1, n // 4)
    order = np.random.default_rng(seed).permutation(len(labels))
    assert (split_by_hash(hashes[order], labels[order]) == is_test[order]).all()


@given(st.integers(0, 2**32))
def test_few_pictures_change_sides_when_others_are_added(seed: int) -> None:
    hashes = np.random.default_rng(seed).integers(2**64, size=60, dtype=np.uint64)
    labels = np.zeros(60, np.uint8)
    before, after = split_by_hash(hashes[:50], labels[:50]), split_by_hash(hashes, labels)[:50]
    assert (before != after).sum() <= 3

"""How fast a network answers, and how many changed pictures it reads: small networks, real torch."""

import time

import numpy as np
import pytest
import torch
from torch import nn

from cnnplay.evaluation.corruptions import get_corruption
from cnnplay.evaluation.latency import MAX_REPEATS, MIN_REPEATS, measure_latency
from cnnplay.evaluation.robustness import PART, read_corrupted
from cnnplay.models.registry import build, get_spec

SPEC = get_spec("fc2")


class Slow(nn.Module):
    """Takes its time, and counts how often it is asked."""

    def __init__(self, pause_s):
        super().__init__()
        self.weight, self.pause_s, self.sizes = nn.Parameter(torch.zeros(1)), pause_s, []

    def forward(self, x):
        self.sizes.append(len(x))
        time.sleep(self.pause_s)
        return torch.zeros(len(x), 10) + self.weight


def test_the_median_lies_within_the_quartiles_and_near_the_truth():
    model = Slow(0.004)
    found = measure_latency(model, SPEC, 1, budget_s=0.2)
    assert 4 <= found.low_ms <= found.median_ms <= found.high_ms
    assert found.median_ms < 40
    assert MIN_REPEATS <= found.n <= 51
    assert set(model.sizes) == {1}
    assert len(model.sizes) > found.n  # it was warmed up


def test_a_fast_network_is_asked_often_and_a_slow_one_often_enough():
    assert measure_latency(Slow(0), SPEC, 1, budget_s=9).n == MAX_REPEATS
    assert measure_latency(Slow(0.01), SPEC, 1, budget_s=0).n == MIN_REPEATS
    many = Slow(0)
    measure_latency(many, SPEC, 256, budget_s=0)
    assert sum(many.sizes) % 256 == 0
    assert many.training  # as it was


@pytest.mark.parametrize("n", [30, PART + 30])
def test_networks_see_the_same_changed_pictures_part_by_part(n):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (n, 1, 28, 28), np.uint8), rng.integers(0, 10, n)
    networks = [(build("fc2").eval(), SPEC), (Slow(0), SPEC)]
    parts = list(
        read_corrupted(networks, images, labels, corruption=get_corruption("noise"), strengths=(0.0, 20.0, 40.0))
    )
    assert [part.strength for part in parts] == sorted(part.strength for part in parts)
    for strength in (0.0, 20.0, 40.0):
        mine = [part for part in parts if part.strength == strength]
        assert sum(part.n for part in mine) == n
        assert sum(part.n_right[1] for part in mine) == (labels == 0).sum()  # it says 0 to everything

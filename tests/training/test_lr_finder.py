"""The range test finds rates that learn, and says so when there are none."""

from dataclasses import replace

import numpy as np
import pytest

from cnnplay.training.config import TrainConfig
from cnnplay.training.estimate import measure_speed
from cnnplay.training.events import EpochEnded
from cnnplay.training.loop import Trainer
from cnnplay.training.lr_finder import LR_MAX, LR_MIN, find_lr, suggest_lr
from cnnplay.training.sources import Sources

BASE = TrainConfig(model="cnn6", dataset="mnist", epochs=4, batch_size=50, device="cpu", precision="fp32")


@pytest.fixture(scope="module")
def sources(bars):
    return Sources(bars, None, bars)


@pytest.mark.parametrize("optimizer", ["nesterov", "adamw"])
def test_the_suggested_rate_learns_and_rates_far_from_it_do_not(sources, optimizer):
    config = replace(BASE, optimizer=optimizer)
    curve = find_lr(config, sources)
    assert curve.lrs[0] == pytest.approx(LR_MIN)
    assert list(curve.lrs) == sorted(curve.lrs)
    assert LR_MIN < curve.suggested < LR_MAX / 10

    def loss(lr):
        trainer = Trainer(replace(config, lr=lr), sources.train)
        return [event for event in trainer.run() if isinstance(event, EpochEnded)][-1].train_loss

    learned = loss(curve.suggested)
    assert learned < 1.0
    assert learned < min(loss(curve.suggested / 1000), loss(min(1000, curve.suggested * 1000)))


def test_it_is_repeatable_and_stops_when_the_loss_explodes(sources):
    curve = find_lr(BASE, sources)
    assert curve == find_lr(BASE, sources)
    assert np.isfinite(curve.losses).all()
    assert len(curve.lrs) < 100


def test_where_nothing_was_learned_there_is_no_suggestion():
    lrs = list(np.geomspace(LR_MIN, LR_MAX, 100))
    noise = np.random.default_rng(0).normal(2.3, 0.01, 100)
    assert suggest_lr(lrs, list(noise)) is None
    assert suggest_lr(lrs, list(noise + np.linspace(0, 1, 100) ** 8)) is None
    assert suggest_lr([], []) is None
    assert suggest_lr([0.1], [2.3]) is None


def test_the_suggestion_is_a_tenth_of_the_best_rate():
    lrs = [10.0**k for k in range(-5, 2)]
    assert suggest_lr(lrs, [2.3, 2.31, 2.2, 1.9, 1.2, 0.8, 1.5]) == pytest.approx(0.1)


def test_speed_is_that_of_training(sources):
    speed = measure_speed(BASE, sources)
    assert speed.images_per_s == pytest.approx(50 * speed.steps_per_s)
    assert (speed.n_steps, speed.device, speed.precision) == (48, "cpu", "fp32")
    assert speed.memory_bytes > 50e6

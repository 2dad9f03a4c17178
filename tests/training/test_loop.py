"""The loop: it learns, stops, pauses, and goes on exactly where it was."""

import io
import itertools
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from cnnplay.errors import ConfigError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.training.config import Augmentation, TrainConfig
from cnnplay.training.events import EpochEnded, Finished, Halted, Progress, Started
from cnnplay.training.feed import Pictures
from cnnplay.training.loop import Trainer
from cnnplay.training.recipes import make_config

BASE = TrainConfig(model="cnn6", dataset="mnist", epochs=3, batch_size=50, lr=0.05, device="cpu", precision="fp32")


def weights(trainer):
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def halt_after(n):
    calls = itertools.count()
    return lambda: "halt" if next(calls) >= n else "go"


def test_it_learns_and_reports_in_order(bars):
    trainer = Trainer(replace(BASE, epochs=8), bars, validation=bars)
    events = list(trainer.run())
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == list(range(1, 9))
    assert epochs[-1].val_accuracy > 0.95
    assert epochs[-1].train_loss < epochs[0].train_loss
    steps = [event.step for event in events if isinstance(event, Progress)]
    assert steps == sorted(set(steps))
    assert steps[-1] == trainer.n_steps == 8 * 12


@pytest.mark.parametrize("halt_at", [1, 11, 12, 20])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "adamw", "lr": 1e-3, "lookahead": True},
        {
            "model": "scribe",
            "batch_size": 4,
            "epochs": 0.16,
            "augmentation": Augmentation(shift_px=2, rotate_deg=10, elastic_px=1),
        },
    ],
    ids=["nesterov", "adamw with lookahead", "dropout and augmentation"],
)
def test_resuming_gives_bit_for_bit_the_uninterrupted_network(bars, changes, halt_at):
    config = replace(BASE, **changes)
    whole = Trainer(config, bars)
    whole_epochs = [event for event in whole.run() if isinstance(event, EpochEnded)]
    first = Trainer(config, bars)
    events = list(first.run(halt_after(halt_at)))
    assert events[-1] == Halted(halt_at)
    saved = io.BytesIO()
    torch.save(first.state(), saved)
    saved.seek(0)
    second = Trainer(config, bars)
    second.load_state(torch.load(saved, weights_only=True))
    events += list(second.run())
    assert same(weights(second), weights(whole))
    epochs = [event for event in events if isinstance(event, EpochEnded)]
    assert [event.epoch for event in epochs] == [event.epoch for event in whole_epochs]
    for one, other in zip(epochs, whole_epochs, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss)
        assert one.train_accuracy == other.train_accuracy


def test_the_seed_decides_everything(bars):
    one, two, other = (Trainer(replace(BASE, epochs=1, seed=seed), bars) for seed in (1, 1, 2))
    for trainer in (one, two, other):
        list(trainer.run())
    assert same(weights(one), weights(two))
    assert not same(weights(one), weights(other))


def test_a_pause_changes_nothing_but_the_clock(bars):
    plain = Trainer(replace(BASE, epochs=1), bars)
    list(plain.run())
    state = {"told": "pause"}
    paused = Trainer(replace(BASE, epochs=1), bars)
    threading.Timer(0.4, lambda: state.update(told="go")).start()
    began = time.monotonic()
    finished = list(paused.run(lambda: state["told"]))[-1]
    assert time.monotonic() - began >= 0.4
    assert finished.elapsed_s < time.monotonic() - began - 0.3
    assert same(weights(paused), weights(plain))


def test_scribbles_are_learned_as_no_idea(bars):
    rng = np.random.default_rng(1)
    scribbles = rng.integers(0, 256, (100, 1, 28, 28)).astype(np.uint8)
    trainer = Trainer(replace(BASE, epochs=12, scribbles=0.3), bars, scribbles=scribbles)
    list(trainer.run())
    trainer.model.eval()
    unseen = torch.from_numpy(rng.integers(0, 256, (50, 1, 28, 28)).astype(np.float32)) / 255
    with torch.no_grad():
        sure = trainer.model((unseen - 0.1307) / 0.3081).softmax(1).amax(1)
        known = torch.from_numpy(bars.images[:50]).float() / 255
        known_sure = trainer.model((known - 0.1307) / 0.3081).softmax(1).amax(1)
    assert sure.mean() < 0.3
    assert known_sure.mean() > 0.8


@pytest.mark.parametrize("key", MODELS)
def test_every_network_takes_a_step_of_its_own_recipe(key):
    spec = get_spec(key)
    rng = np.random.default_rng(0)
    pictures = Pictures(
        rng.integers(0, 256, (32, *spec.input_shape), dtype=np.uint8), rng.integers(0, 10, 32).astype(np.int64)
    )
    config = make_config(key, batch_size=16, epochs=1, device="cpu")
    trainer = Trainer(config, pictures)
    before = weights(trainer)
    events = list(trainer.run(halt_after(2)))
    assert np.isfinite([event.loss for event in events if isinstance(event, Progress)]).all()
    assert not same(weights(trainer), before)


def test_the_whitening_layer_whitens_and_stands_still():
    rng = np.random.default_rng(0)
    smooth = rng.integers(0, 256, (400, 3, 8, 8)).repeat(4, axis=2).repeat(4, axis=3).astype(np.uint8)
    pictures = Pictures(smooth, rng.integers(0, 10, 400).astype(np.int64))
    trainer = Trainer(make_config("speedrun", batch_size=100, epochs=1, device="cpu"), pictures)
    whiten = trainer.model.whiten
    before = whiten.weight.clone()
    x = (torch.from_numpy(smooth).float() / 255 - 0.5) / 0.25
    out = whiten(x)[:, :12].permute(1, 0, 2, 3).flatten(1)
    correlation = torch.corrcoef(out).abs() - torch.eye(12)
    assert correlation.max() < 0.3
    assert torch.equal(whiten.weight[:12], -whiten.weight[12:])
    list(trainer.run(halt_after(2)))
    assert torch.equal(whiten.weight, before)


def test_devices_and_precisions_that_are_not_there_are_refused(bars):
    with pytest.raises(ConfigError, match=r"no device .tpu. here\. Choose one of: auto"):
        Trainer(replace(BASE, device="tpu"), bars)
    with pytest.raises(ConfigError, match="fp16 training needs a CUDA device"):
        Trainer(replace(BASE, precision="fp16"), bars)

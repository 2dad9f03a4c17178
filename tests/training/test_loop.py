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
from cnnplay.training.events import EpochEnded, Finished, Halted, Milestone, Progress, Started, milestone_steps
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


def stored(trainer):
    """The trainer's state, by way of a file."""
    saved = io.BytesIO()
    torch.save(trainer.state(), saved)
    saved.seek(0)
    return torch.load(saved, weights_only=True)


def of_kind(kind, events):
    return [event for event in events if isinstance(event, kind)]


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
    assert tuple(event.step for event in of_kind(Milestone, events)) == milestone_steps(8 * 12)
    assert set(steps) >= set(milestone_steps(8 * 12)[1:])


def test_progress_tells_gradients_in_the_order_of_the_layers_and_memory(bars):
    last = of_kind(Progress, Trainer(replace(BASE, epochs=1), bars).run())[-1]
    assert list(last.grad_norms) == ["conv1", "conv2", "fc1", "fc2"]
    assert all(norm > 0 for norm in last.grad_norms.values())
    assert 50e6 < last.memory_bytes < 64e9


def test_long_gradients_are_clipped_to_the_given_length(bars):
    plain, clipped = (Trainer(replace(BASE, epochs=1, clip_grad=clip), bars) for clip in (0, 0.01))
    for trainer, longest in ((plain, 100.0), (clipped, 0.01)):
        for event in trainer.run(halt_after(3)):
            if isinstance(event, Progress):
                assert sum(norm**2 for norm in event.grad_norms.values()) ** 0.5 <= longest * 1.001
    assert not same(weights(plain), weights(clipped))


def test_first_weights_are_drawn_as_asked(bars):
    trainers = [Trainer(replace(BASE, init=init, epochs=1), bars) for init in ("default", "zero", "orthogonal")]
    first = [next(iter(of_kind(Milestone, trainer.run(halt_after(0))))).layers for trainer in trainers]
    assert [layer.weight_norm for layer in first[1] if layer.kind in {"conv", "linear"}] == [0.0] * 4
    assert first[0] != first[2]
    assert first[2][-1].weight_norm == pytest.approx(10**0.5, rel=1e-4)  # ten rows of length 1


def test_it_begins_with_the_weights_it_is_given(bars):
    trained = Trainer(replace(BASE, epochs=1), bars)
    list(trained.run())
    given = {name: value for name, value in weights(trained).items() if not name.startswith("fc2")}
    fresh, begun = Trainer(BASE, bars), Trainer(BASE, bars, initial=given)
    assert all(torch.equal(weights(begun)[name], value) for name, value in given.items())
    assert torch.equal(weights(begun)["fc2.weight"], weights(fresh)["fc2.weight"])


def test_pictures_that_do_not_fit_are_refused(bars):
    with pytest.raises(ConfigError, match=r"cnn6 is built for 5 classes, and the pictures have 10"):
        Trainer(replace(BASE, model_options={"n_classes": 5}), bars)
    with pytest.raises(ConfigError, match=r"vgg takes pictures of \(3, 32, 32\), and these have \(1, 28, 28\)"):
        Trainer(replace(BASE, model="vgg"), bars)


@pytest.mark.parametrize("halt_at", [1, 11, 12, 20])
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"optimizer": "adamw", "lr": 1e-3, "lookahead": True},
        {"clip_grad": 0.5, "init": "orthogonal", "patience": 1, "val_size": 600, "lr": 1.0},
        {
            "model": "scribe",
            "batch_size": 4,
            "epochs": 1.6,
            "augmentation": Augmentation(shift_px=2, rotate_deg=10, elastic_px=1),
        },
    ],
    ids=["nesterov", "adamw with lookahead", "clipped, and stopped early", "dropout and augmentation"],
)
def test_resuming_gives_bit_for_bit_the_uninterrupted_network(bars, changes, halt_at):
    config = replace(BASE, **changes)
    pictures = bars if config.model == "cnn6" else Pictures(bars.images[:60], bars.labels[:60])
    whole = Trainer(config, pictures, validation=pictures)
    expected = list(whole.run())
    first = Trainer(config, pictures, validation=pictures)
    events = list(first.run(halt_after(halt_at)))
    assert events[-1] == Halted(halt_at)
    second = Trainer(config, pictures, validation=pictures)
    second.load_state(stored(first))
    events += list(second.run())
    assert same(weights(second), weights(whole))
    assert second.step == whole.step
    assert of_kind(Milestone, events) == of_kind(Milestone, expected)
    for one, other in zip(of_kind(EpochEnded, events), of_kind(EpochEnded, expected), strict=True):
        assert one.epoch == other.epoch
        assert one.train_loss == pytest.approx(other.train_loss)
        assert (one.train_accuracy, one.val_accuracy) == (other.train_accuracy, other.val_accuracy)


def test_a_milestone_that_was_lost_is_reported_again_and_none_twice(bars):
    config = replace(BASE, epochs=1)
    expected = of_kind(Milestone, Trainer(config, bars).run())
    first = Trainer(config, bars)
    for event in first.run():
        if isinstance(event, Progress) and event.step == 8:
            before = stored(first)
        if isinstance(event, Milestone) and event.step == 8:
            after = stored(first)
            break
    for state, left in ((before, (8, 11, 12)), (after, (11, 12))):
        second = Trainer(config, bars)
        second.load_state(state)
        assert of_kind(Milestone, second.run()) == [event for event in expected if event.step in left]


def test_early_stopping_ends_with_the_best_epoch(bars):
    config = replace(BASE, epochs=30, lr=3.0, patience=2, val_size=600)
    trainer = Trainer(config, bars, validation=bars)
    best = None
    events = []
    for event in trainer.run():
        events.append(event)
        if isinstance(event, EpochEnded) and (best is None or event.val_accuracy > best[0]):
            best = (event.val_accuracy, weights(trainer))
    accuracies = [event.val_accuracy for event in of_kind(EpochEnded, events)]
    assert len(accuracies) == accuracies.index(max(accuracies)) + 1 + 2 < 30
    assert same(weights(trainer), best[1])
    assert (events[-1].step, events[-2].step) == (trainer.step, trainer.step) == (len(accuracies) * 12,) * 2
    assert isinstance(events[-2], Milestone)


def test_a_stopped_run_can_go_on_for_more_epochs_from_its_last_weights(bars):
    config = replace(BASE, epochs=30, lr=3.0, patience=2, val_size=600)
    stopped = Trainer(config, bars, validation=bars)
    n_before = len(of_kind(EpochEnded, stopped.run()))
    longer = Trainer(replace(config, epochs=40), bars, validation=bars)
    longer.load_state(stored(stopped))
    assert not same(weights(longer), weights(stopped))
    epochs = [event.epoch for event in of_kind(EpochEnded, longer.run())]
    assert epochs[:2] == [n_before + 1, n_before + 2]


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

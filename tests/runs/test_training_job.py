"""A whole run: card, files, interruption by a real signal, and the same result after resuming."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from cnnplay.data.store import image_hashes, load_dataset
from cnnplay.errors import CheckpointError
from cnnplay.models.card import read_card
from cnnplay.models.checkpoint import load_model
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import get_spec
from cnnplay.runs import conclusion
from cnnplay.runs.training_job import run_job
from cnnplay.settings import PROJECT_DIR
from cnnplay.training.events import EpochEnded, Finished, Milestone, Paused

from .conftest import quick


def command(folder, *more):
    return [sys.executable, "-m", "cnnplay", "train", "cnn6", "--dataset", "mnist-5k", "--out", str(folder), *more]


def weights(folder):
    return {name: value.tobytes() for name, value in load_file(folder / "cnn6-mnist-5k.safetensors").items()}


def test_the_card_tells_what_the_weights_do(tmp_path):
    card = run_job(quick(), tmp_path)
    assert read_card(tmp_path / "fc2-mnist-5k.json") == card
    dataset = load_dataset("mnist-5k")
    _, model = load_model(tmp_path / "fc2-mnist-5k.safetensors")
    logits = compute_logits(model, get_spec("fc2"), dataset.test_images)
    assert card.accuracy == (logits.argmax(1) == dataset.test_labels).mean()
    assert card.accuracy_low < card.accuracy < card.accuracy_high
    assert card.n_test == len(dataset.test_labels)
    assert np.mean(list(card.per_class_accuracy.values())) == pytest.approx(card.accuracy, abs=0.02)
    assert card.config == quick().to_json()
    kept = load_file(tmp_path / "fc2-mnist-5k.test.safetensors")
    assert np.array_equal(kept["image_hash"], image_hashes(dataset.test_images))
    assert np.array_equal(kept["probs"].argmax(1), logits.argmax(1))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".json", ".safetensors", ".safetensors"]


def test_a_folder_with_another_unfinished_run_is_left_alone(tmp_path):
    assert run_job(quick(), tmp_path, signal=iter(["go", "go", "halt"]).__next__) is None
    with pytest.raises(CheckpointError, match="unfinished run with other settings"):
        run_job(quick(seed=7), tmp_path)
    assert run_job(quick(), tmp_path) is not None
    assert not list(tmp_path.glob("*.state.pt"))


def test_a_network_that_came_apart_is_a_result_too(tmp_path):
    card = run_job(quick(optimizer="sgd", lr=1000.0, momentum=0.99), tmp_path)
    assert card.accuracy < 0.3
    assert (card.temperature, card.none_of_these) == (1.0, {})
    assert read_card(tmp_path / "fc2-mnist-5k.json") == card


class PowerCutError(Exception):
    """What ends a process at the worst moment."""


MOMENTS = {
    "an epoch's end": lambda event: isinstance(event, EpochEnded) and event.epoch == 1,
    "the last epoch's end": lambda event: isinstance(event, EpochEnded) and event.epoch == 2,
    "the end": lambda event: isinstance(event, Finished),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_power_cut_at_a_bad_moment_changes_nothing(tmp_path, monkeypatch, moment):
    monkeypatch.setattr(conclusion, "calibrate", lambda card, *_, **__: card)  # takes longer than all the rest
    config = quick(lookahead=True)  # averages once more after the very last step

    def cut(event):
        if MOMENTS[moment](event):
            raise PowerCutError

    expected = run_job(config, tmp_path / "whole")
    with pytest.raises(PowerCutError):
        run_job(config, tmp_path / "cut", on_event=cut, save_every_s=0)
    (tmp_path / "cut" / "fc2-mnist-5k.state.pt.part").write_bytes(b"half a state")
    card = run_job(config, tmp_path / "cut")
    one, other = (load_file(tmp_path / name / "fc2-mnist-5k.safetensors") for name in ("cut", "whole"))
    assert all(np.array_equal(one[name], other[name]) for name in other)
    assert (card.accuracy, card.train_accuracy) == (expected.accuracy, expected.train_accuracy)
    assert {path.name for path in (tmp_path / "cut").iterdir()} == {
        path.name for path in (tmp_path / "whole").iterdir()
    }


def test_a_pause_saves_what_has_been_done(tmp_path):
    told = iter([*["go"] * 5, *["pause"] * 3])
    seen, saved = [], []

    def look(event):
        seen.append(event)
        if isinstance(event, Paused):
            saved.append(torch.load(state_path(tmp_path), weights_only=True)["step"])

    assert run_job(quick(), tmp_path, signal=lambda: next(told, "halt"), on_event=look) is None
    assert [type(event).__name__ for event in seen[-3:]] == ["Progress", "Paused", "Halted"]
    assert (seen[-3].step, saved) == (5, [0])
    assert [event.step for event in seen if isinstance(event, Milestone)] == [0, 1, 2, 3, 4]
    assert torch.load(state_path(tmp_path), weights_only=True)["step"] == 5


def test_nothing_is_saved_that_the_curves_do_not_have(tmp_path):
    def refuse():
        raise PowerCutError

    with pytest.raises(PowerCutError):
        run_job(quick(), tmp_path, before_save=refuse)
    assert list(tmp_path.iterdir()) == []


def state_path(folder):
    return folder / "fc2-mnist-5k.state.pt"


@pytest.mark.parametrize("kill", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.soak)])
def test_an_interrupted_command_goes_on_to_the_same_network(tmp_path, kill):
    options = ("--epochs", "4", "--precision", "fp32", "--device", "cpu", "--json")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    whole = subprocess.run(
        command(tmp_path / "whole", *options), cwd=PROJECT_DIR, env=environment, capture_output=True, check=True
    )
    result = json.loads(whole.stdout)
    process = subprocess.Popen(
        command(tmp_path / "cut", *options),
        cwd=PROJECT_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "cut").glob("*.state.pt")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(kill)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, b"")
    again = subprocess.run(
        command(tmp_path / "cut", *options), cwd=PROJECT_DIR, env=environment, capture_output=True, check=True
    )
    assert json.loads(again.stdout)["accuracy"] == result["accuracy"]
    assert weights(tmp_path / "cut") == weights(tmp_path / "whole")

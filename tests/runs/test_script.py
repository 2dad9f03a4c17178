"""A run as one Python file: alone, without this project, it makes the very same network."""

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from cnnplay.data.store import find_file
from cnnplay.errors import ExportError
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import MODELS, build
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.place import this_place
from cnnplay.runs.retraining import main
from cnnplay.runs.script import collect_sources, export_script, gather_facts
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.store import open_store
from cnnplay.runs.training_job import run_job
from cnnplay.runs.weights import trained_from_file, trained_from_run
from cnnplay.settings import run_dir
from cnnplay.training.config import Augmentation
from cnnplay.training.recipes import PEN_STROKES, make_config

from .conftest import quick

RUNS = {
    "plain": quick(),
    "everything": make_config(
        "cnn6",
        dataset="mnist-5k",
        device="cpu",
        precision="fp32",
        val_size=500,
        patience=1,
        epochs=3,
        seed=5,
        init="kaiming",
        clip_grad=1.0,
        lookahead=True,
        label_smoothing=0.1,
        model_options={"activation": "tanh", "dropout": 0.2},
        augmentation=Augmentation(shift_px=2, rotate_deg=10, elastic_px=0.5, cutout_px=4),
    ),
}


@pytest.fixture
def trained(tmp_path, monkeypatch):
    """A finished run of a configuration; calibrating takes longer than all the rest and changes no weight."""
    monkeypatch.setattr("cnnplay.runs.conclusion.calibrate", lambda card, *_, **__: card)

    def train(config):
        card = run_job(config, tmp_path / "run")
        return card, trained_from_file(tmp_path / "run" / f"{card.model}-{card.dataset}.safetensors")

    return train


@pytest.fixture
def data_file(unpacked):
    return find_file("mnist-5k")


def run_alone(folder, script, *argv):
    """In a process of its own that knows nothing of this project or of whoever runs it."""
    (folder / "again.py").write_text(script, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CNNPLAY")}
    return subprocess.run(
        [sys.executable, "-I", "again.py", *map(str, argv)],
        cwd=folder,
        env=environment | {"OMP_NUM_THREADS": str(torch.get_num_threads())},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("kind", RUNS)
def test_the_script_makes_the_same_network_to_the_last_bit(trained, tmp_path, data_file, kind):
    card, run = trained(RUNS[kind])
    done = run_alone(tmp_path, export_script(run, file_name="again.py"), "--data", data_file, "--out", "w.safetensors")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"test accuracy {card.accuracy:.4f} of 1,000 pictures" in done.stdout
    assert f"the run had {card.accuracy:.4f}" in done.stdout
    mine, its = load_file(run.weights), load_file(tmp_path / "w.safetensors")
    assert mine.keys() == its.keys()
    assert all(np.array_equal(mine[name], its[name]) for name in mine)


def again(run, *argv):
    """What the script does, in this process."""
    return main(json.loads(json.dumps(gather_facts(run))), [*map(str, argv)])


def test_a_script_without_its_data_says_so_in_one_line(trained, capsys):
    _, run = trained(quick(epochs=0.1))
    assert again(run, "--data", "nowhere.safetensors") == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "nowhere.safetensors cannot be read (No such file or directory).\n")


def test_other_data_and_another_torch_are_named_as_such(trained, tmp_path, data_file, capsys):
    _, run = trained(quick(epochs=0.1))
    card = run.weights.with_suffix(".json")
    card.write_text(json.dumps({**json.loads(card.read_text()), "data_hash": "0", "torch_version": "1.0"}))
    assert again(run, "--data", data_file, "--out", tmp_path / "w.safetensors") == 0
    err = capsys.readouterr().err
    assert "The data are not those of the run" in err
    assert "The run used PyTorch 1.0" in err


def test_a_run_that_starts_from_another_wants_those_weights(trained, tmp_path, data_file, capsys):
    _, run = trained(quick(epochs=0.1))
    from_it = replace(run, config={**run.config, "start_from": "fc2", "lr": 1e-8})
    with pytest.raises(SystemExit):
        again(from_it, "--data", data_file)
    assert "--start-from" in capsys.readouterr().err
    assert again(from_it, "--data", data_file, "--start-from", run.weights, "--out", tmp_path / "w.safetensors") == 0
    mine, its = load_file(run.weights), load_file(tmp_path / "w.safetensors")
    assert all(np.allclose(mine[name], its[name], atol=1e-3) for name in mine)


def test_the_data_are_never_written_over(trained, data_file, capsys):
    _, run = trained(quick(epochs=0.1))
    with pytest.raises(SystemExit):
        again(run, "--data", data_file, "--out", data_file)
    assert "would write over" in capsys.readouterr().err


def test_whatever_a_run_is_called_the_script_is_one(trained):
    _, run = trained(quick(epochs=0.1))
    script = export_script(replace(run, name='My """run"""\\\n\nimport os'), file_name="again.py")
    assert script.splitlines()[0] == "\"\"\"My '''run'''/ import os"
    assert "MIT License" in script


@pytest.mark.parametrize("key", MODELS)
def test_every_network_can_be_carried(key):
    sources = collect_sources("cnnplay.runs.retraining", MODELS[key].builder.partition(":")[0])
    assert "cnnplay.training.loop" in sources
    assert not {"cnnplay.data.drawing", "cnnplay.runs.store"} & set(sources)


def test_what_needs_more_than_torch_is_not_carried():
    with pytest.raises(ExportError, match=r"cannot carry cnnplay.data.components, which needs scipy"):
        collect_sources("cnnplay.data.components")


def test_a_run_that_was_extended_promises_no_more_than_it_can_keep(home):
    store = open_store()
    run = store.create(quick(), place=this_place())
    claimed = ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=1))
    claimed.attach(step=100, n_steps=100)
    for step in (0, 64, 100):
        save_weights(build("fc2"), run_dir(run.id) / snapshot_name(step), key="fc2")
    assert "to the last bit" in export_script(trained_from_run(store.get(run.id)), file_name="x.py")
    claimed.attach(step=300, n_steps=300)
    assert "extended" in ast.get_docstring(ast.parse(export_script(trained_from_run(store.get(run.id)), file_name="x")))
    store.close()


def test_a_run_that_cannot_be_repeated_from_one_file_says_why(tmp_path, trained):
    _, run = trained(quick(epochs=0.1))
    with pytest.raises(ExportError, match="learned from pen strokes as well"):
        export_script(replace(run, config={**run.config, "drawings": PEN_STROKES}), file_name="x.py")
    with pytest.raises(ExportError, match="how it was trained is not known"):
        export_script(replace(run, config={}), file_name="x.py")
    with pytest.raises(ExportError, match="no longer understood here"):
        export_script(replace(run, config={**run.config, "magic": 1}), file_name="x.py")

"""The command robustness: measured once, queued with --background, refused where nothing fits."""

import json
import shutil

import pytest

from cnnplay.cli.main import main
from cnnplay.data.store import load_dataset
from cnnplay.evaluation.corruptions import corruptions_for
from cnnplay.runs.store import open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE, PROJECT_DIR


@pytest.fixture
def weights(own_home, tmp_path, monkeypatch):
    load_dataset("mnist-5k")
    (tmp_path / "home" / "data").mkdir(parents=True)
    for path in (own_home / "data").glob("mnist-5k*"):
        (tmp_path / "home" / "data" / path.name).symlink_to(path)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    path = tmp_path / "reader.safetensors"
    shutil.copy(PROJECT_DIR / "checkpoints" / "fc2-mnist.safetensors", path)
    return path


def call(capsys, *words):
    code = main(["robustness", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_it_measures_each_curve_once(weights, capsys):
    words = (str(weights), "--dataset", "mnist-5k", "--json")
    code, out, _ = call(capsys, *words)
    (row,) = json.loads(out)["results"]
    assert (code, row["model"], row["dataset"], row["n"]) == (0, "fc2", "mnist-5k", 1000)
    assert [curve["corruption"] for curve in row["curves"]] == [each.key for each in corruptions_for(1)]
    assert 0.9 < row["accuracy"] < 0.96
    assert 0.5 < row["mean_accuracy"] < 0.8
    for curve in row["curves"]:
        assert curve["accuracies"][0] == row["accuracy"]
        assert curve["accuracies"][-1] <= row["accuracy"]
    assert call(capsys, *words) == (0, out, "")
    code, text, _ = call(capsys, *words[:-1])
    assert text.startswith(f"{weights} on mnist-5k: 9")


def test_in_the_background_it_waits_for_its_turn_once(weights, capsys, monkeypatch):
    monkeypatch.setattr("cnnplay.runs.executor.LocalExecutor.start_waiting", lambda self: ())
    for _ in range(2):
        code, out, _ = call(capsys, str(weights), "--dataset", "mnist-5k", "--background", "--json")
    (run,) = open_store().list_runs(kind="measurement")
    assert (code, json.loads(out)["queued"]) == (0, [{"run_id": run.id, "model": "fc2", "dataset": "mnist-5k"}])
    assert run.config["network"] == str(weights)


def test_what_cannot_be_measured_is_one_line(weights, capsys):
    for words, reason in (
        ((), "Give keys or paths"),
        (("fc2", "--all"), "one or the other"),
        (("nothing",), "neither a network's key"),
        ((str(weights), "--dataset", "cifar100"), ""),
    ):
        code, out, err = call(capsys, *words)
        assert (code, out) == (2, "")
        assert reason in err
        assert err.count("\n") == 1

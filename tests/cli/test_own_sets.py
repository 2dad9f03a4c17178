"""The command line on classes of one's own."""

import json
from pathlib import Path

import numpy as np
import pytest

from cnnplay.cli.main import main
from cnnplay.data.own_books import delete_own
from cnnplay.data.own_making import Labelled, make_own_set


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CNNPLAY_HOME", str(tmp_path / "home"))
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 28, 28), dtype=np.uint8)
    pictures = Labelled(images, np.arange(40, dtype=np.uint8) % 3, ("bar", "ring", "star"))
    return make_own_set(pictures, title="Shapes", source="a test").spec.key


def test_own_sets_are_listed_with_their_classes(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)["datasets"][-1]
    assert (entry["key"], entry["title"], entry["state"], entry["own"]) == (key, "Shapes", "present", True)
    assert entry["classes"] == ["bar", "ring", "star"]
    assert main(["data"]) == 0
    assert "Shapes: bar, ring, star" in capsys.readouterr().out
    assert main(["data", key, "--download"]) == 0
    assert "hash: " in capsys.readouterr().out


def test_a_network_is_built_for_their_number(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quick = ("--epochs", "2", "--device", "cpu", "--out", str(tmp_path / "out"), "--json")
    assert main(["train", "fc2", "--dataset", key, *quick]) == 0
    trained = json.loads(capsys.readouterr().out)
    assert trained["dataset"] == key
    assert main(["evaluate", trained["checkpoint"], "--json"]) == 0
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (result["dataset"], result["accuracy"]) == (key, trained["accuracy"])


def test_a_deleted_set_is_one_line(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    delete_own(key)
    for command in (["data", key], ["train", "fc2", "--dataset", key]):
        assert main(command) == 2
        err = capsys.readouterr().err
        assert "is not here" in err
        assert len(err.splitlines()) == 1

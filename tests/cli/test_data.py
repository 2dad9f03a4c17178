import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnplay.cli.main import main
from cnnplay.data.catalog import DATASETS
from cnnplay.data.store import content_hash, load_dataset
from cnnplay.settings import PROJECT_DIR


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    data, home = tmp_path / "data", tmp_path / "home"
    monkeypatch.setenv("CNNPLAY_DATA", str(data))
    monkeypatch.setenv("CNNPLAY_HOME", str(home))
    return data, home


def run_json(*argv: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["data", *argv, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    document: dict[str, Any] = json.loads(out)
    return document


def test_all_sets_are_listed_with_their_state(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    document = run_json(capsys=capsys)
    assert (document["data_dir"], document["own_data_dir"]) == (str(folders[0]), str(folders[1] / "data"))
    states = {entry["key"]: entry["state"] for entry in document["datasets"]}
    assert states == {key: "present" if key == "mnist-5k" else "missing" for key in DATASETS}
    assert not folders[0].exists()
    assert not folders[1].exists()


def test_one_set_comes_with_its_content_hash(capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = run_json("mnist-5k", capsys=capsys)["datasets"]
    assert entry["hash"] == content_hash(load_dataset("mnist-5k"))


def test_a_missing_set_names_its_command(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = run_json("cifar100", capsys=capsys)["datasets"]
    assert (entry["state"], entry["path"], entry["hash"]) == ("missing", None, None)
    assert entry["command"] == "python -m cnnplay data cifar100 --download"


def test_a_damaged_set_is_listed_as_damaged(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    folders[0].mkdir()
    (folders[0] / "mnist.safetensors").write_bytes(b"half of it")
    states = {entry["key"]: entry["state"] for entry in run_json(capsys=capsys)["datasets"]}
    assert states["mnist"] == "damaged"
    assert main(["data", "mnist"]) == 2
    assert "is damaged" in capsys.readouterr().err


def test_the_text_tells_how_to_get_the_rest(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data"]) == 0
    text = capsys.readouterr().out
    assert f"Downloads lie in {folders[0]}\n" in text
    assert "mnist-5k        4,000 +  1,000 images,  10 classes  present\n" in text
    assert "  python -m cnnplay data cifar10 --download   (170 MB)\n" in text


def test_the_text_of_the_embedded_set_says_that_networks_have_seen_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "mnist-5k"]) == 0
    assert "the shipped networks have seen them" in capsys.readouterr().out


def test_a_download_needs_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "--download"]) == 2
    assert "--download needs the name of a data set" in capsys.readouterr().err


def test_the_embedded_set_can_be_asked_for(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = run_json("mnist-5k", "--download", capsys=capsys)["datasets"]
    assert entry["path"] == str(folders[1] / "data" / "mnist-5k.safetensors")


def test_a_damaged_embedded_set_is_mended_by_its_command(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = folders[1] / "data" / "mnist-5k.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half of it")
    (entry,) = run_json("mnist-5k", "--download", capsys=capsys)["datasets"]
    assert entry["state"] == "present"


def test_offline_a_download_is_one_line_with_the_command_for_later(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"  # the discard port: nothing listens
    environment = {
        **os.environ,
        "CNNPLAY_DATA": str(tmp_path),
        "CNNPLAY_HOME": str(tmp_path),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "no_proxy": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "cnnplay", "data", "mnist", "--download"],
        cwd=PROJECT_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cnnplay: MNIST could not be downloaded: no connection to the server (Connection refused); "
        "nothing was written, try again with: python -m cnnplay data mnist --download\n"
    )
    assert list(tmp_path.iterdir()) == []

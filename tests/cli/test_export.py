"""`export` and `import`, through the frame: what is taken along comes back."""

import ast

import onnx
import pytest
import torch

from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.runs.records import IMPORTED
from cnnplay.runs.store import open_store
from cnnplay.settings import DATA_VARIABLE, DATABASE_VARIABLE, HOME_VARIABLE


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder to work in, with a store and without data."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "none"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    open_store().close()


@pytest.fixture
def weights(here):
    torch.manual_seed(0)
    save_weights(build("lenet5"), here / "mine.safetensors", key="lenet5")
    return "mine.safetensors"


def test_weights_leave_and_come_back_as_a_run(ask, here, weights):
    code, document, err = ask("export", weights, "--out", "away.safetensors")
    assert (code, err) == (0, "")
    assert document["size_bytes"] == (here / "away.safetensors").stat().st_size
    code, document, err = ask("import", "away.safetensors", "--name", "Home again")
    assert (code, err) == (0, "")
    run = document["run"]
    assert (run["name"], run["state"], run["recipe"], run["accuracy"]) == ("Home again", "finished", IMPORTED, None)
    assert ask("runs", "show", run["id"][:8])[1]["run"] == run
    code, document, _ = ask("export", run["id"])
    assert (code, document["file"]) == (0, "Home-again.safetensors")
    code, document, err = ask("export", run["id"], "--format", "script")
    assert (code, document) == (2, None)
    assert "how it was trained is not known" in err


def test_onnx_by_the_path_of_a_file(ask, here, weights):
    code, document, _ = ask("export", weights, "--format", "onnx")
    assert (code, document["file"]) == (0, "mine.onnx")
    assert onnx.load(here / "mine.onnx").doc_string == "LeNet-5, learned from cifar10"
    assert not list(here.glob("*.part"))


def test_a_script_of_a_run(ask, here):
    code, document, _ = ask("train", "fc2", "--dataset", "mnist-5k", "--epochs", 0.1, "--device", "cpu")
    assert code == 0
    code, document, _ = ask("export", document["run_id"], "--format", "script", "--out", "again.py")
    assert code == 0
    assert "Trains fc2 on mnist-5k once more" in ast.get_docstring(ast.parse((here / "again.py").read_text()))


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["export", "lenet7"], "neither a network's key nor a .safetensors file nor a run's id"),
        (["export", "nowhere.safetensors"], "no weights at nowhere.safetensors"),
        (["export", "mine.safetensors", "--format", "keras"], "invalid choice: 'keras'"),
        (["export", "mine.safetensors", "--out", "mine.safetensors"], "is the network itself"),
        (["export", "mine.safetensors", "--out", "no/such/folder"], "cannot be written (No such file or directory)"),
        (["export", "mine.safetensors", "--format", "script"], "how it was trained is not known"),
        (["import", "nowhere.safetensors"], "no weights at nowhere.safetensors"),
        (["import", "text.safetensors"], "not a readable safetensors file of weights"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(ask, here, weights, argv, words):
    (here / "text.safetensors").write_text("hello, this is no network")
    code, document, err = ask(*argv)
    assert (code, document) == (2, None)
    assert words in err
    assert err.count("\n") == 1
    assert {path.name for path in here.iterdir()} <= {"mine.safetensors", "text.safetensors", "home"}

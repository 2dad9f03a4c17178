"""The Networks page's section of one's own: cards of finished runs, downloads, and files that are brought along."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from safetensors.torch import load, save
from streamlit.testing.v1 import AppTest

from cnnplay.models.registry import build
from cnnplay.runs.script import reason_against
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.store import open_store
from cnnplay.runs.weights import trained_from_key, trained_from_run
from cnnplay.settings import CHECKPOINTS_VARIABLE, run_dir
from cnnplay.ui import downloads, own_networks

from .runs import add_run
from .runs import save as save_network
from .test_models import cards

Open = Callable[..., AppTest]
pytestmark = pytest.mark.usefixtures("home")


def own_cards(app: AppTest) -> list[str]:
    """Titles of the cards of runs, in their order."""
    bodies = [
        element.body for element in app.html if 'class="cp-card"' in element.body and "<span>Data" in element.body
    ]
    return [body.split("<h3>")[1].split(" <code>")[0] for body in bodies]


def test_finished_runs_have_cards_the_newest_first(open_page: Open) -> None:
    add_run("fc2", "mnist", "First <b>try</b>")
    add_run("lenet5", "cifar100", "Hundred", n_classes=100)
    add_run("fc2", "mnist", "Still going", end=None, snapshots=(4,))
    app = open_page("models")
    assert not app.exception
    assert own_cards(app) == ["Hundred", "First &lt;b&gt;try&lt;/b&gt;"]
    card = cards(app)["lenet5"]  # the last of that architecture: the run's
    assert "69,656" in card
    assert "CIFAR-100" in card
    buttons = {button.key: button for button in app.get("download_button")}
    run = open_store().list_runs()[1]
    assert {f"{kind}_{run.id}" for kind in ("download", "onnx", "script")} <= set(buttons)


def test_a_dozen_is_shown_and_more_when_asked_for(open_page: Open) -> None:
    for n in range(14):
        add_run("fc2", "mnist", f"Run {n}")
    app = open_page("models")
    assert own_cards(app) == [f"Run {n}" for n in range(13, 1, -1)]
    (more,) = [button for button in app.button if button.key == "more_own"]
    assert more.label == "More (2)"
    more.click().run()
    assert len(own_cards(app)) == 14
    assert not [button for button in app.button if button.key == "more_own"]


def test_without_runs_the_page_says_how_to_get_some(open_page: Open, home: Path) -> None:
    app = open_page("models")
    assert not app.exception
    assert any(text.value.startswith("None yet. Train one") for text in app.markdown)
    assert not (home / "runs.sqlite").exists()


def test_a_run_without_a_script_says_why() -> None:
    trained = trained_from_run(add_run("fc2", "mnist", "Mine"))
    assert reason_against(trained) is None
    from_pen = replace(trained, config={**trained.config, "drawings": "pen.jsonl"})
    assert "Mine learned from pen strokes as well" in str(reason_against(from_pen))


def test_onnx_is_made_once_in_a_process_of_its_own(
    untrained: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(untrained))
    trained = trained_from_key("fc2")
    content = downloads._make_onnx("fc2", trained)
    assert onnx.load_from_string(content).doc_string == "Two hidden layers, learned from mnist"
    assert len(list((home / "exports").iterdir())) == 1
    monkeypatch.setattr(downloads, "run_command", None)
    assert downloads._make_onnx("fc2", trained) == content


def test_only_the_newest_files_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "MAX_KEPT", 2)
    for n in range(4):
        (tmp_path / f"{n}.onnx").write_bytes(b"")
    downloads._drop_oldest(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def bring(app: AppTest, name: str, content: bytes) -> AppTest:
    (place,) = app.file_uploader
    return place.set_value((name, content, "application/octet-stream")).run()


def test_a_file_is_brought_along_and_becomes_a_run(open_page: Open) -> None:
    tensors = {name: value.contiguous() for name, value in build("fc2").state_dict().items()}
    app = bring(open_page("models"), "A gift.safetensors", save(tensors, metadata={"model": "fc2"}))
    assert not app.exception
    assert not app.error
    assert app.success[0].value.startswith("A gift is here now")
    assert "data are not here to measure it" in app.success[0].value
    assert own_cards(app) == ["A gift"]
    run = open_store().list_runs()[0]
    assert load(trained_from_run(run).weights.read_bytes()).keys() == tensors.keys()
    script = next(button for button in app.get("download_button") if button.key == f"script_{run.id}")
    assert script.proto.disabled


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04 and more than eight bytes", "is a pickle"),
        (b"hello, this is no network at all", "not a readable safetensors file of weights"),
        (save({}, metadata={"model": "![x](http://elsewhere)"}), "is not known here"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_the_page_goes_on(open_page: Open, content: bytes, words: str) -> None:
    app = bring(open_page("models"), "*Odd*.safetensors", content)
    assert not app.exception
    sentence = app.error[0].value
    assert words in sentence
    assert sentence.startswith((r"\*Odd\*\.safetensors", "The weights"))
    assert "![" not in sentence
    assert "/tmp" not in sentence
    assert own_cards(app) == []
    assert not own_networks.list_run_networks()


def test_a_run_that_is_deleted_meanwhile_leaves_the_page_up(open_page: Open) -> None:
    run = add_run("fc2", "mnist", "Mine")
    save_network(run_dir(run.id) / snapshot_name(1), "fc2")
    app = open_page("models")
    for path in run_dir(run.id).glob("*.safetensors"):
        path.unlink()
    app.run()
    assert not app.exception
    assert own_cards(app) == []

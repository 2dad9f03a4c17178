"""A network that was just trained is there to be chosen: in the pickers of Draw and Photo, and by address."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.errors import CheckpointError, InputError
from cnnplay.models.card import checkpoint_files
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.place import this_place
from cnnplay.runs.records import Metric
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.store import open_store
from cnnplay.settings import DATABASE_VARIABLE, run_dir
from cnnplay.training.config import TrainConfig
from cnnplay.ui import networks
from cnnplay.ui.networks import find_network, list_networks, list_run_networks
from cnnplay.ui.predictors import get_predictor, open_network

from .runs import N_SLOTS, add_run, save
from .test_draw import SEVEN, drawing, html
from .test_photo import encode, scene, upload

Open = Callable[..., AppTest]
pytestmark = pytest.mark.usefixtures("home")


def test_the_picker_lists_runs_that_read_digits_after_the_shipped_networks(open_page: Open) -> None:
    old = add_run("cnn6", "mnist-5k", "First try")
    busy = add_run("fc2", "mnist", "Still going", end=None, snapshots=(1, 16))
    halted = add_run("fc2", "mnist", "Halted", end="interrupted", snapshots=(0,))
    add_run("fc2", "mnist", "Nothing yet", end=None)
    add_run("fc2", "mnist", "Failed", end="failed", snapshots=(4,))
    add_run("fc2", "fashion-mnist", "Clothes")
    add_run("lenet5", "cifar10", "Photos")
    app = open_page("draw", drawing=drawing(SEVEN))
    assert not app.exception
    assert app.selectbox[0].options == [
        "fc2", "cnn6", "Clothes, 87.50 %", "Halted, interrupted", "Still going, running", "First try, 87.50 %"
    ]  # fmt: skip
    shipped = html(app, "cp-bars")
    for run, label in ((old, "First try"), (busy, "Still going"), (halted, "Halted")):
        app.selectbox[0].set_value(run.id).run()
        assert not app.exception
        assert " %" in html(app, "cp-answer")
        assert html(app, "cp-bars") != shipped
        assert f"<td>{label}</td>" in html(app, "cp-jury")
        assert html(app, "cp-jury").count(" ms") == 3
        assert app.query_params["network"] == run.id


def test_photo_lists_colour_runs_whatever_they_name(open_page: Open) -> None:
    add_run("lenet5", "cifar10", "Ten things")
    hundred = add_run("lenet5", "cifar100", "A hundred things", n_classes=100)
    add_run("fc2", "mnist", "Digits")
    app = upload(open_page("photo"), "scene.png", encode(scene(), "PNG"))
    assert app.selectbox[0].options == ["lenet5", "lenet", "A hundred things, 87.50 %", "Ten things, 87.50 %"]
    app.selectbox[0].set_value(hundred.id).run()
    assert not app.exception
    assert get_predictor(hundred.id).classes[0] == "apple"
    assert html(app, "cp-jury").count(" ms") == 1  # a jury agrees on one set of classes


@pytest.mark.parametrize("kind", ["key", "run"])
def test_an_address_chooses_the_network(open_page: Open, kind: str) -> None:
    key = add_run("fc2", "mnist", "Mine").id if kind == "run" else "cnn6"
    app = open_page("draw")
    app.query_params["network"] = key
    app.run()
    assert app.selectbox[0].value == key
    app.selectbox[0].set_value("fc2").run()
    assert app.run().selectbox[0].value == "fc2"


def test_an_address_of_a_network_that_does_not_fit_says_so(open_page: Open) -> None:
    app = open_page("draw")
    app.query_params["network"] = add_run("lenet5", "cifar10", "Photos").id
    app.run()
    assert app.selectbox[0].value == "fc2"
    assert any("is not here, or takes other pictures" in caption.value for caption in app.caption)


def test_the_choice_survives_a_visit_to_another_page_and_a_new_label(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = add_run("fc2", "mnist", "Mine", snapshots=(3,))
    app = open_page("draw")
    app.selectbox[0].set_value(run.id).run()
    app.switch_page("pages/models.py").run()
    app.query_params.clear()
    open_store().rename(run.id, "Renamed")
    networks._list_runs.clear()
    app.switch_page("pages/draw.py").run()
    assert app.selectbox[0].value == run.id
    open_store().rename(run.id, "Again")
    networks._list_runs.clear()
    app.run()
    assert app.selectbox[0].value == run.id


def test_of_a_series_the_best_is_listed_and_any_other_is_there_by_its_address(open_page: Open) -> None:
    store = open_store()
    config = TrainConfig(model="fc2", dataset="mnist", epochs=1, val_size=100)
    series = SeriesStore(store).create_seeds(config, 3, name="Seeds")
    for val_accuracy in (0.8, 0.9, 0.7):
        claim = claim_next(store.database, place=this_place(), n_slots=N_SLOTS)
        assert claim is not None
        claimed = ClaimedRun(store.database, claim)
        claimed.attach(step=0, n_steps=10)
        point = Metric(kind="epoch", step=10, epoch=1, elapsed_s=1, loss=1, accuracy=0.9, val_accuracy=val_accuracy)
        claimed.add_metrics([point])
        save(checkpoint_files(run_dir(claim.run_id), "fc2", "mnist").weights, "fc2")
        claimed.end("finished", accuracy=0.5)
    first, second, _ = (trial.run.id for trial in SeriesStore(store).trials(series.id))
    assert [network.key for network in list_run_networks()] == [second]
    app = open_page("draw")
    app.query_params["network"] = first
    assert app.run().selectbox[0].value == first


def test_an_old_run_is_there_by_its_address(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "MAX_LISTED", 1)
    old, new = add_run("fc2", "mnist", "Old"), add_run("fc2", "mnist", "New")
    assert [network.key for network in list_run_networks()] == [new.id]
    app = open_page("draw")
    app.query_params["network"] = old.id
    assert app.run().selectbox[0].value == old.id
    assert find_network(old.id).title == "Old"
    store = open_store()
    store.delete(old.id)
    networks.forget_runs()
    with pytest.raises(InputError, match="There is no network"):
        find_network(old.id)


def test_runs_of_one_name_are_told_apart(open_page: Open) -> None:
    ids = [add_run("fc2", "mnist", "Twin").short_id for _ in range(2)]
    labels = open_page("draw").selectbox[0].options[2:]
    assert labels == [f"Twin, 87.50 % ({short})" for short in reversed(ids)]


def test_the_store_is_asked_once_for_a_page_and_never_for_a_stroke(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_run("fc2", "mnist", "Mine")
    asked: list[int] = []
    whole = networks._read_runs
    monkeypatch.setattr(networks, "_read_runs", lambda: asked.append(1) or whole())
    for _ in range(3):
        list_networks("mnist")
        open_network(list_run_networks()[0])
    assert asked == [1]


def test_a_store_that_cannot_be_read_leaves_the_page_as_it_was(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://me:secret@127.0.0.1:1/runs?connect_timeout=2")
    app = open_page("draw", drawing=drawing(SEVEN))
    assert not app.exception
    assert app.selectbox[0].options == ["fc2", "cnn6"]
    assert " %" in html(app, "cp-answer")


def test_a_store_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    add_run("fc2", "mnist", "Mine")
    answers = threading.Event()
    whole = networks._read_runs
    monkeypatch.setattr(networks, "_read_runs", lambda: answers.wait(30) and whole())
    monkeypatch.setattr(networks, "PATIENCE_S", 0.05)
    networks._list_runs.clear()
    assert list_run_networks() == ()
    networks._list_runs.clear()
    monkeypatch.setattr(networks, "PATIENCE_S", 30.0)
    assert list_run_networks() == ()
    answers.set()
    networks._asked[0].result(30)
    networks._list_runs.clear()
    assert [network.title for network in list_run_networks()] == ["Mine"]


def test_a_run_that_trains_is_asked_with_its_newest_snapshot() -> None:
    run = add_run("fc2", "mnist", "Mine", end=None, snapshots=(1, 16))
    before = get_predictor(run.id)
    assert open_network(find_network(run.id)) is before
    newest = save(run_dir(run.id) / snapshot_name(256), "fc2")
    after = get_predictor(run.id)
    assert after is not before
    newest.unlink()
    for path in newest.parent.iterdir():
        path.unlink()
    with pytest.raises(CheckpointError, match="Mine has no weights here any more"):
        open_network(find_network(run.id))


def test_there_are_no_networks_of_that_name() -> None:
    with pytest.raises(InputError, match="There is no network 'lenet9' here"):
        get_predictor("lenet9")


def test_a_page_makes_no_store_where_there_is_none(open_page: Open, home: Path) -> None:
    open_page("draw")
    assert not (home / "runs.sqlite").exists()

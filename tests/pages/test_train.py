"""The Retrain page without a browser: the form, what it refuses, and runs in every state."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import update
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from cnnplay.runs import transitions
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import this_place
from cnnplay.runs.records import Metric, Run
from cnnplay.runs.schema import runs
from cnnplay.runs.store import open_store
from cnnplay.training.recipes import make_config
from cnnplay.ui import train_fields, train_folds, train_form
from cnnplay.ui.state import TRAIN_FORM, TRAIN_ROUNDS

from .runs import add_run

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def patience(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody beats for the runs of these tests."""
    monkeypatch.setattr(transitions, "STALE_AFTER_S", 3600.0)


@pytest.fixture
def busy() -> Run:
    """A run in the only slot, so that what is started in a test waits instead of training."""
    return add_run("fc2", "mnist-5k", "The busy one", end=None)


def make_live(name: str = "Live", **changes: object) -> tuple[Run, ClaimedRun]:
    """A run that trains, as far as the store knows, with some points on its curves."""
    store = open_store()
    run = store.create(make_config("fc2", dataset="mnist-5k", epochs=4, **changes), place=this_place(), name=name)
    claim = claim_next(store.database, place=this_place(), n_slots=20)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=60)
    claimed.add_metrics([point(step) for step in range(1, 31)])
    return store.get(run.id), claimed


def point(step: int, **changes: object) -> Metric:
    values = {"loss": 2.3 - step / 30, "accuracy": step / 40, "lr": 0.004, "images_per_s": 1234.0}
    at = {"step": step, "epoch": step / 15, "elapsed_s": step / 2}
    return Metric(
        kind="train", grad_norms={"0": 0.5, "2": 1.5}, memory_bytes=321_000_000, **{**values, **at, **changes}
    )


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def button(app: AppTest, label: str) -> Any:
    (found,) = [each for each in app.button if each.label == label]
    return found


def press(app: AppTest, label: str) -> AppTest:
    return button(app, label).click().run()


def press_at_once(app: AppTest, label: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Types 7 epochs, and presses before the callback of that is through."""
    pressed = button(app, label)
    with callbacks_broken_off(monkeypatch):
        field(app, "epochs").set_value(7.0).run()
    return pressed.click().run()


def field(app: AppTest, name: str) -> Any:
    """The widget of an entry of the form."""
    (found,) = [
        widget
        for kind in ("selectbox", "number_input", "slider")
        for widget in app.get(kind)
        if (widget.key or "").startswith(f"train_{name}__")
    ]
    return found


def html(app: AppTest, css_class: str) -> str:
    return " ".join(element.body for element in app.html if css_class in element.body and "<style>" not in element.body)


def opened(app: AppTest) -> str:
    """Id in the page's address."""
    value = app.query_params["run"]
    return value if isinstance(value, str) else value[0]


def open_run(open_page: Open, run_id: str) -> AppTest:
    app = open_page("train")
    app.query_params["run"] = run_id
    return app.run()


def test_the_first_visit_has_a_form_that_is_ready_and_one_sentence(open_page: Open) -> None:
    app = open_page("train")
    assert not app.exception
    assert [title.value for title in app.title] == ["Retrain"]
    assert field(app, "model").value == "cnn16_32"
    assert field(app, "dataset").value == "mnist-5k"
    assert field(app, "epochs").value == 15
    (start,) = [button for button in app.button if button.label == "Start training"]
    assert not start.disabled
    assert "Press Start" in html(app, "cp-empty")
    assert "28,938" in html(app, "cp-plan")


def test_a_data_set_that_is_not_here_is_named_with_its_command(open_page: Open) -> None:
    app = open_page("train")
    assert "python -m cnnplay data mnist --download" in field(app, "dataset").help
    field(app, "model").set_value("lenet5").run()
    assert not app.exception
    assert "python -m cnnplay data cifar10 --download" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Start training").disabled


def test_a_change_is_counted_and_taken_back(open_page: Open) -> None:
    app = open_page("train")
    field(app, "lr").set_value(0.05).run()
    assert "1 changed" in html(app, "cp-small")
    assert any("recipe: 0.004" in element.body for element in app.html)
    press(app, "Reset")
    assert field(app, "lr").value == 0.004
    assert "changed" not in html(app, "cp-small")


def test_a_number_typed_while_the_form_changes_under_it_is_kept(open_page: Open) -> None:
    app = open_page("train")
    field = next(each for each in app.number_input if each.label == "Epochs")
    app.session_state[TRAIN_ROUNDS] = {
        "epochs": 1
    }  # what another data set does before its page has reached the browser
    field.set_value(7.0).run()
    assert not app.exception
    (field,) = [each for each in app.number_input if each.label == "Epochs"]
    assert field.value == 7


@contextmanager
def callbacks_broken_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As Streamlit does where the next change arrives in the middle of a callback."""

    def break_off(*_: object, **__: object) -> None:
        raise StopException

    with monkeypatch.context() as broken:
        broken.setattr(train_fields, "set_form", break_off)
        broken.setattr(train_folds, "set_form", break_off)
        yield


@pytest.mark.usefixtures("busy")
def test_what_is_started_has_the_number_whose_callback_was_broken_off_by_the_click(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = press_at_once(open_page("train"), "Start training", monkeypatch)
    assert not app.exception
    assert open_store().get(opened(app)).epochs == 7


def test_words_that_name_no_start_are_not_taken_for_a_run(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page("train", train_what=True)
    key, hear = field(app, "start_from").key, train_fields.hear

    def say_and_hear() -> None:  # as a browser does, after the run that it has chosen was renamed
        st.session_state[key] = "What a run was called, 98.10 %"
        hear()

    with monkeypatch.context() as browser:
        browser.setattr(train_fields, "hear", say_and_hear)
        app.run()
    assert not app.exception
    assert app.session_state[TRAIN_FORM]["start_from"] is None
    assert field(app, "start_from").value == ""


def test_reset_takes_back_a_number_whose_callback_it_broke_off(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = press_at_once(open_page("train"), "Reset", monkeypatch)
    assert field(app, "epochs").value == 15
    assert field(app.run(), "epochs").value == 15


def test_a_number_that_broke_off_the_choice_of_a_network_is_kept_with_it(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("train")
    epochs = field(app, "epochs")
    with callbacks_broken_off(monkeypatch):
        field(app, "model").set_value("fc2").run()
    app = epochs.set_value(7.0).run()
    assert field(app, "model").value == "fc2"
    assert field(app, "epochs").value == 7
    assert app.session_state[TRAIN_FORM]["epochs"] == 7


@pytest.mark.parametrize(("name", "value"), [("model", "fc2"), ("epochs", 7.0), ("init", "kaiming"), ("shift_px", 3)])
def test_a_choice_whose_callback_was_broken_off_is_kept(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    app = open_page("train", train_what=True)
    with callbacks_broken_off(monkeypatch):
        field(app, name).set_value(value).run()
    app.run()
    assert not app.exception
    assert app.session_state[TRAIN_FORM]["model"] == ("fc2" if name == "model" else "cnn16_32")
    assert train_form.get(app.session_state[TRAIN_FORM], name) == value
    assert field(app, name).value == value
    assert field(app, "epochs").value == {"model": 20, "epochs": 7}.get(name, 15)


def test_as_published_is_one_click(open_page: Open) -> None:
    app = press(open_page("train"), "As published")
    assert app.session_state[TRAIN_FORM]["recipe"] == "published"
    assert field(app, "epochs").value == 10
    assert field(app, "lr").value == 0.001


def test_patience_without_pictures_to_choose_by_is_refused_in_a_sentence(open_page: Open) -> None:
    app = open_page("train", train_when=True)
    field(app, "patience").set_value(3).run()
    assert not app.exception
    assert "patience is 3" in app.warning[0].value
    assert next(button for button in app.button if button.label == "Start training").disabled
    field(app, "val_size").set_value(500).run()
    assert not app.warning


def test_every_fold_opens_and_the_preview_shows_a_dozen(open_page: Open) -> None:
    app = open_page("train", train_what=True, train_how=True, train_when=True)
    assert not app.exception
    assert html(app, "cp-dozen").count("<img") >= 12
    before = html(app, "cp-dozen")
    field(app, "rotate_deg").set_value(40.0).run()
    assert html(app, "cp-dozen") != before
    field(app, "activation").set_value("tanh").run()
    assert app.session_state[TRAIN_FORM]["model_options"] == {"activation": "tanh"}
    field(app, "schedule").set_value("constant").run()
    assert field(app, "warmup").disabled


def test_another_network_brings_its_own_recipe_and_keeps_data_and_seed(open_page: Open) -> None:
    app = open_page("train", train_how=True)
    field(app, "seed").set_value(7).run()
    field(app, "model").set_value("fc2").run()
    form = app.session_state[TRAIN_FORM]
    assert (form["model"], form["dataset"], form["seed"], form["epochs"]) == ("fc2", "mnist-5k", 7, 20)


def test_start_queues_the_form_and_the_address_names_the_run(open_page: Open, busy: Run) -> None:
    app = open_page("train")
    field(app, "epochs").set_value(3.0).run()
    press(app, "Start training")
    assert not app.exception
    run = open_store().get(opened(app))
    assert (run.state, run.model, run.epochs) == ("queued", "cnn16_32", 3)
    assert "epochs 3" in run.name
    assert "it is the next" in html(app, "cp-queued")
    assert "Do not start" in labels(app)


def test_an_unknown_run_gets_one_sentence(open_page: Open) -> None:
    for wanted in ("no-such-run", "00000000-0000-0000-0000-000000000000", "<b>x</b>"):
        app = open_run(open_page, wanted)
        assert not app.exception
        assert len(app.warning) == 1
        assert "There is no run" in app.warning[0].value


def test_a_live_run_shows_where_it_stands_and_what_can_be_done(open_page: Open) -> None:
    run, _ = make_live()
    app = open_run(open_page, run.short_id)  # the beginning of an id will do
    assert not app.exception
    status = html(app, "cp-running")
    for fact in ("epoch 2.0 of 4", "1,234", "0.004", "15 s left", "321.0 MB"):
        assert fact in status
    assert {"Pause", "Stop", "Clone with changes"} <= set(labels(app))
    assert "Delete" not in labels(app)
    accuracy, loss = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert len(accuracy["y"]) == len(loss["y"]) == 30


def test_new_points_are_added_and_points_that_were_taken_back_go(open_page: Open) -> None:
    run, claimed = make_live()
    app = open_run(open_page, run.id)
    claimed.add_metrics([point(step) for step in range(31, 41)])
    app.run()
    assert len(json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]["y"]) == 40
    claimed.attach(step=10, n_steps=60)
    app.run()
    assert len(json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]["y"]) == 10


def test_pause_resume_and_stop_follow_the_state(open_page: Open) -> None:
    run, _ = make_live()
    app = press(open_run(open_page, run.id), "Pause")
    assert "Paused" in html(app, "cp-paused")
    app = press(app, "Resume")
    assert open_store().get(run.id).state == "running"
    app = press(app, "Stop")
    assert "Stopping" in html(app, "cp-stopping")
    assert not {"Pause", "Stop", "Resume"} & set(labels(app))


def test_a_failed_run_says_why_and_can_be_resumed(open_page: Open, busy: Run) -> None:
    run, claimed = make_live()
    claimed.end("failed", error="The disk is full.")
    app = open_run(open_page, run.id)
    assert "The disk is full." in html(app, "cp-failed")
    press(app, "Resume")
    assert open_store().get(run.id).state == "queued"


def test_a_finished_run_shows_its_accuracy_and_the_way_to_draw(open_page: Open) -> None:
    run = add_run("fc2", "mnist-5k", "Done")
    app = open_run(open_page, run.id)
    assert not app.exception
    assert "87.50 %" in html(app, "cp-result")
    assert "part of MNIST" in html(app, "cp-small")
    assert {"Clone with changes", "Delete", "Go on"} <= set(labels(app))


def test_a_deleted_run_can_be_brought_back(open_page: Open) -> None:
    run = add_run("fc2", "mnist-5k", "Not wanted")
    app = press(open_run(open_page, run.id), "Delete")
    assert open_store().list_runs() == ()
    assert "deleted" in app.info[0].value
    press(app, "Undo")
    assert [run.name for run in open_store().list_runs()] == ["Not wanted"]


def test_a_clone_fills_the_form_with_what_was_changed(open_page: Open) -> None:
    run, claimed = make_live(lr=0.02, label_smoothing=0.1)
    claimed.end("interrupted")
    app = press(open_run(open_page, run.id), "Clone with changes")
    assert app.session_state[TRAIN_FORM]["lr"] == 0.02
    assert "3 changed" in html(app, "cp-small")
    assert "run" not in app.query_params


def test_a_name_is_shown_as_it_was_typed_and_never_read_as_markup(open_page: Open) -> None:
    run = add_run("fc2", "mnist-5k", "Plain")
    app = open_run(open_page, run.id)
    app.text_input(key=f"train_name_{run.id}").set_value("<b>![x](http://example.com/x.png)</b>").run()
    assert not app.exception
    assert "<b>![" not in html(app, "cp-run")
    assert "&lt;b&gt;![x]" in html(app, "cp-run")
    assert "![x](" not in app.button(key=f"train_chip_{run.id}").label


def test_a_run_that_goes_wrong_gets_the_doctors_word_and_a_corrected_start(open_page: Open) -> None:
    run, claimed = make_live(lr=0.5)
    claimed.add_metrics([point(step, loss=None, accuracy=0.1) for step in range(31, 36)])
    app = open_run(open_page, run.id)
    assert "cp-doctor" in html(app, "cp-doctor")
    (again,) = [button for button in app.button if button.label.startswith("Start again")]
    again.click().run()
    assert not app.exception
    corrected = open_store().get(opened(app))
    assert corrected.parent_id == run.id
    assert corrected.config != run.config
    assert corrected.state == "queued"


def test_the_newest_dozen_are_chips_and_the_rest_in_a_list(open_page: Open) -> None:
    store = open_store()
    config = make_config("fc2", dataset="mnist-5k")
    for number in range(30):
        store.stop(store.create(config, place=this_place(), name=f"Run {number}").id)
    app = open_page("train", train_all=True)
    assert not app.exception
    assert len([button for button in app.button if (button.key or "").startswith("train_chip_")]) == 12
    everything = app.selectbox(key="train_all_runs")
    assert len(everything.options) == 30
    everything.set_value(store.list_runs()[-1].id).run()
    assert "Run 0" in html(app, "cp-run")


def test_runs_of_one_name_are_told_apart(open_page: Open) -> None:
    same = [add_run("fc2", "mnist-5k", "The same", end="interrupted") for _ in range(3)]
    app = open_page("train")
    for run in same:
        app.button(key=f"train_chip_{run.id}").click().run()
        assert opened(app) == run.id
        assert run.short_id in html(app, "cp-run")


def test_a_run_of_as_many_epochs_as_can_be_is_not_offered_more(open_page: Open) -> None:
    run = add_run("fc2", "mnist-5k", "Long")
    store = open_store()
    with store.database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(epochs=1000.0))
    app = open_run(open_page, run.id)
    assert not app.exception
    assert "Go on" not in labels(app)


def test_a_store_that_cannot_be_opened_is_one_sentence(open_page: Open, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "runs.sqlite").write_bytes(b"this is no database, but long enough to be looked at as one" * 20)
    app = open_page("train")
    assert not app.exception
    assert len(app.error) == 1

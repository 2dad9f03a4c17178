"""Several trainings at once, without a browser: the fold of the form, and the view of a series in every state."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.runs import transitions
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import this_place
from cnnplay.runs.records import Metric
from cnnplay.runs.series import SeriesStore
from cnnplay.runs.series_advance import advance
from cnnplay.runs.series_records import Series
from cnnplay.runs.series_space import Choice, Range, Space
from cnnplay.runs.store import open_store
from cnnplay.training.recipes import make_config
from cnnplay.ui.state import TRAIN_FORM, TRAIN_SEVERAL
from cnnplay.ui.train_form import begin

from .runs import add_run

Open = Callable[..., AppTest]
SPACE = Space((Range("lr", 0.001, 1.0), Choice("batch_size", (32, 64, 128))))


@pytest.fixture(autouse=True)
def patience(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody beats for the runs of these tests."""
    monkeypatch.setattr(transitions, "STALE_AFTER_S", 3600.0)


def config(**changes: Any) -> Any:
    return make_config("fc2", dataset="mnist-5k", epochs=2, **changes)


def end_next(value: float | None) -> None:
    """The next run that waits, as a worker ends it: finished with that accuracy, or stopped by its sweep."""
    store = open_store()
    claim = claim_next(store.database, place=this_place(), n_slots=1)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=20)
    for epoch in (1, 2) if value is not None else (1,):
        point = {"kind": "epoch", "step": 10 * epoch, "epoch": epoch, "elapsed_s": 1.0, "loss": 0.5, "accuracy": 0.7}
        claimed.add_metrics([Metric(**point, val_accuracy=value or 0.1)])  # type: ignore[arg-type]
    if value is not None:
        claimed.end("finished", accuracy=value)
    else:
        claimed.end("interrupted", error="The sweep stopped it after epoch 1: it was behind.", pruned=True)


def make_seeds(n: int, accuracies: tuple[float, ...] = (), *, name: str = "Seeds") -> Series:
    series = SeriesStore(open_store()).create_seeds(config(), n, name=name)
    for value in accuracies:
        end_next(value)
    return series


def make_sweep(n: int, values: tuple[float | None, ...]) -> Series:
    series = SeriesStore(open_store()).create_sweep(config(val_size=400, lr=0.1), SPACE, n, name="Sweep")
    for value in values:
        assert advance(open_store().database, place=this_place(), n_slots=1)
        end_next(value)
    return series


def open_series(open_page: Open, series: Series) -> AppTest:
    app = open_page("train")
    app.query_params["series"] = series.id
    return app.run()


def html(app: AppTest, css_class: str) -> str:
    return " ".join(element.body for element in app.html if css_class in element.body and "<style>" not in element.body)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def said(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def fill(kind: str, **several: Any) -> dict[str, Any]:
    from cnnplay.ui.series_form import Several

    values = begin("fc2", dataset="mnist-5k")
    return {TRAIN_FORM: values, TRAIN_SEVERAL: Several(kind=kind, **several), "train_several": True}  # type: ignore[arg-type]


def test_one_run_is_the_rule(open_page: Open) -> None:
    app = open_page("train", train_several=True)
    assert not app.exception
    assert "Start training" in labels(app)


def test_seeds_are_started_and_their_series_is_opened(open_page: Open) -> None:
    add_run("fc2", "mnist-5k", "The busy one", end=None)
    app = open_page("train", **fill("seeds", n_seeds=3))
    assert "Seeds 0 to 2." in said(app)
    press(app, "Start 3 runs")
    assert not app.exception
    (series,) = SeriesStore(open_store()).list_series()
    assert app.query_params["series"] in (series.id, [series.id])
    assert "Under way, 0 of 3 runs" in html(app, "cp-state")
    assert "No spread can be told from fewer than 3 finished runs; none so far." in html(app, "cp-small")
    assert len(open_store().list_runs()) == 4


def test_a_sweep_is_started_with_pictures_kept_out(open_page: Open) -> None:
    add_run("fc2", "mnist-5k", "The busy one", end=None)
    app = open_page("train", **fill("sweep", n_runs=8))
    assert not app.exception
    assert "400 of MNIST-5k's 4,000 training pictures will be kept out" in said(app)
    press(app, "Start a sweep of 8 runs")
    assert not app.exception
    (series,) = SeriesStore(open_store()).list_series()
    assert (series.n_runs, series.train_config.val_size, series.n_made) == (8, 400, 0)
    assert series.space is not None
    assert series.space.names == ("lr", "batch_size")
    assert "sweep over learning rate" in html(app, "<h2>Sweep of")


def test_a_sweep_that_cannot_be_says_why_and_cannot_be_started(open_page: Open) -> None:
    app = open_page("train", **fill("sweep", edited={"lr": (0.5, 0.1)}))
    assert "lr goes from 0.5 to 0.1. The first must be the smaller" in app.warning[0].value
    assert next(button for button in app.button if button.label.startswith("Start")).disabled
    app = open_page("train", **fill("sweep", chosen=()))
    assert "Add one" in app.warning[0].value


def test_a_range_follows_the_form_until_it_is_set_by_hand(open_page: Open) -> None:
    app = open_page("train", **fill("sweep", chosen=("lr",)))

    def ends() -> list[float]:
        return [field.value for field in app.number_input if "Learning rate, " in field.label]

    present = app.session_state[TRAIN_FORM]["lr"]
    assert ends() == pytest.approx([present / 10, present * 10])
    next(field for field in app.number_input if field.label == "Learning rate").set_value(0.5).run()
    assert ends() == pytest.approx([0.05, 5.0])
    next(field for field in app.number_input if field.label == "Learning rate, to").set_value(0.9).run()
    next(field for field in app.number_input if field.label == "Learning rate").set_value(0.01).run()
    assert ends() == pytest.approx([0.05, 0.9])


def test_from_three_seeds_on_the_spread_is_told(open_page: Open) -> None:
    app = open_series(open_page, make_seeds(3, (0.90, 0.92)))
    assert "; 2 so far" in html(app, "cp-small")
    end_next(0.94)
    app.run()
    result = html(app, "cp-result")
    assert "92.00 %" in result
    assert "± 2.00 points" in result
    assert "87.03 to 96.97 %" in result
    assert "Done, 3 runs" in html(app, "cp-state")
    assert any("**94.00 %** seed 2" in label for label in labels(app))


def test_a_sweep_shows_its_best_run_and_what_was_stopped(open_page: Open) -> None:
    series = make_sweep(4, (0.8, 0.9, None))
    app = open_series(open_page, series)
    assert not app.exception
    assert "90.00 %" in html(app, "cp-result")
    assert "run 2 is the best; 90.00 % of the test pictures" in html(app, "cp-result")
    assert "2 finished, 1 stopped early by the sweep" in html(app, "cp-state")
    assert "from 8 finished runs on" in said(app)
    stopped = next(label for label in labels(app) if "stopped early after epoch 1" in label)
    assert stopped.startswith(":gray[✕] **10.00 %** run 3")
    app = press(app, "Stop all")
    assert "Stopped, 3 of 4 runs" in html(app, "cp-state")
    assert "Go on" in labels(app)
    assert open_store().count_waiting(this_place()) == 0


def test_what_mattered_is_told_from_eight_finished_runs_on(open_page: Open) -> None:
    app = open_series(open_page, make_sweep(8, (0.5, 0.8, 0.9, 0.7, 0.6, 0.85, 0.3, 0.75)))
    assert not app.exception
    assert "from 8 runs that were finished. From so few it is rough." in said(app)


def test_the_best_goes_into_the_form(open_page: Open) -> None:
    series = make_sweep(3, (0.8, 0.9, 0.7))
    best = SeriesStore(open_store()).trials(series.id)[1]
    app = press(open_series(open_page, series), "Take the best")
    assert app.session_state[TRAIN_FORM]["lr"] == best.params["lr"]
    assert "Start training" in labels(app)
    app = press(open_series(open_page, series), "Best over 3 seeds")
    assert "Start 3 runs" in labels(app)
    assert app.session_state[TRAIN_FORM]["seed"] == best.run.train_config.seed + 1


def test_a_run_leads_to_its_series_and_back(open_page: Open) -> None:
    app = open_series(open_page, make_seeds(2, (0.9, 0.8)))
    row = next(label for label in labels(app) if "seed 1" in label)
    app = press(app, row)
    assert "Seeds, seed 1" in html(app, "<h2>")
    app = press(app, "← All runs of its series")
    assert "<h2>Seeds</h2>" in html(app, "<h2>")


def test_a_series_is_one_chip(open_page: Open) -> None:
    add_run("fc2", "mnist-5k", "Alone")
    make_seeds(5, (0.9,), name="Five *seeds*")
    app = open_page("train")
    chips = [button.label for button in app.button if (button.key or "").startswith("train_chip_")]
    assert len(chips) == 2
    assert any(chip.endswith(r"Five \*seeds\* :gray[1/5]") for chip in chips)


def test_it_is_renamed_deleted_and_brought_back(open_page: Open) -> None:
    series = make_seeds(2, (0.9, 0.8))
    app = open_series(open_page, series)
    next(field for field in app.text_input if field.label == "Name").set_value("<b>Other</b>").run()
    assert "&lt;b&gt;Other" in html(app, "<h2>")
    app = press(app, "Delete with its runs")
    assert open_store().list_runs() == ()
    assert "was deleted with its runs" in app.info[0].value
    app = press(app, "Undo")
    assert len(open_store().list_runs()) == 2
    assert "Done, 2 runs" in html(app, "cp-state")


def test_an_unknown_series_is_told_and_the_form_is_there(open_page: Open) -> None:
    app = open_page("train")
    app.query_params["series"] = "<i>none</i>"
    app.run()
    assert "There is no series" in app.warning[0].value
    assert "Start training" in labels(app)

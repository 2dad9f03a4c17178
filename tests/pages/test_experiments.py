"""The Experiments page without a browser: the list, the guess before the answer, the answer, and the run queue."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.experiments.experiment import Experiment
from cnnplay.experiments.own_runs import find_own, stand_in
from cnnplay.experiments.registry import get_experiment, list_experiments
from cnnplay.experiments.results import read_result, shipped_path, write_result
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import LocalExecutor, this_place
from cnnplay.runs.store import open_store
from cnnplay.ui import experiment_runs

Open = Callable[..., AppTest]
RELU = get_experiment("relu_or_sigmoid")
ASKED = {"experiment": "relu_or_sigmoid"}


@pytest.fixture(autouse=True)
def idle(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody works on the queue of these tests."""
    monkeypatch.setattr(experiment_runs, "get_executor", lambda: LocalExecutor(open_store(), n_slots=0))


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def press(app: AppTest, key: str) -> AppTest:
    return app.button(key=key).click().run()


def test_the_list_has_every_question(open_page: Open) -> None:
    app = open_page("experiments", shipped=True)
    assert not app.exception
    assert app.title[0].value == "Experiments"
    assert "st-key-experiment_list" not in html(app)  # the cards are a component of their own


def test_the_answer_stays_hidden_until_a_guess_is_made(open_page: Open) -> None:
    app = open_page("experiments", shipped=True, address=ASKED)
    assert not app.exception
    assert app.button(key="guess_commit").disabled
    assert not app.get("plotly_chart")
    app.radio(key="guess_relu_or_sigmoid").set_value(0).run()
    press(app, "guess_commit")
    assert app.query_params["guess"] == "1"
    assert "Not so" in html(app)
    assert "Measured: ReLU: the sigmoid hardly learns." in html(app)
    assert len(app.get("plotly_chart")) == 2
    assert "Each run: 10,000 of MNIST" in captions(app)
    assert "Measured 2026-" in captions(app)
    press(app, "guess_again")
    assert not app.get("plotly_chart")
    press(app, "guess_skip")
    assert "The measurements say" in html(app)


@pytest.mark.parametrize("experiment", list_experiments(), ids=lambda each: each.key)
def test_every_experiment_opens(open_page: Open, experiment: Experiment) -> None:
    app = open_page("experiments", shipped=True, address={"experiment": experiment.key, "guess": "1"})
    assert not app.exception
    assert not app.error
    assert experiment.question in html(app)
    assert any(experiment.why[0] in each.value for each in app.markdown)


@pytest.mark.parametrize("key", ["shuffled", "reproduce"])
def test_without_a_result_it_says_so_and_offers_to_run_it(open_page: Open, key: str) -> None:
    app = open_page("experiments", address={"experiment": key, "guess": "1"})
    assert not app.exception
    assert "Not decided yet" in html(app)
    assert "measured yet" in captions(app)
    assert app.button(key="experiment_start")


def test_what_was_measured_with_earlier_settings_is_left_out_and_said(open_page: Open, untrained: Path) -> None:
    shipped = read_result(shipped_path("relu_or_sigmoid"), "relu_or_sigmoid")
    first = shipped.arms[0]
    changed = replace(shipped, arms=(replace(first, config=replace(first.config, lr=0.5)), *shipped.arms[1:]))
    path = untrained / "experiments" / "relu_or_sigmoid.json"
    write_result(path, changed)
    try:
        app = open_page("experiments", address=ASKED | {"guess": "1"})
    finally:
        path.unlink()
    assert "Not decided yet" in html(app)
    assert "3 of 4 settings are measured" in html(app)
    assert "earlier settings" in captions(app)


def test_an_unknown_experiment_is_refused_with_the_known_ones(open_page: Open) -> None:
    app = open_page("experiments", address={"experiment": "luck"})
    assert r"Choose one of\: shuffled" in app.error[0].value


def test_a_guess_that_nobody_could_make_counts_as_none(open_page: Open) -> None:
    app = open_page("experiments", shipped=True, address=ASKED | {"guess": "9"})
    assert app.button(key="guess_commit").disabled


def test_start_queues_one_series_an_arm_once_and_stop_takes_it_back(open_page: Open) -> None:
    app = open_page("experiments", shipped=True, address=ASKED | {"guess": "2", "seeds": "2"})
    assert "8 trainings" in captions(app)
    assert "MNIST-5k instead" in captions(app)
    press(app, "experiment_start")
    assert "0 of 8 runs finished, 8 wait" in html(app)
    assert app.button(key="experiment_start").disabled
    other = open_page("experiments", shipped=True, address=ASKED | {"guess": "2", "seeds": "2"})
    assert other.button(key="experiment_start").disabled
    press(other, "experiment_stop")
    assert "8 stopped" in html(other)
    assert len(open_store().list_runs()) == 8


def test_a_finished_run_of_the_same_settings_stands_beside_the_shipped_ones(open_page: Open) -> None:
    arm = RELU.arms[0]
    store = open_store()
    app = open_page("experiments", shipped=True, address=ASKED | {"guess": "2", "arm": "relu", "seeds": "1"})
    store.create(replace(stand_in(arm.config, "mnist-5k"), seed=0), place=this_place(), name="mine")
    claim = claim_next(store.database, place=this_place(), n_slots=1)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=10)
    claimed.end("finished", accuracy=0.91)
    app.run()
    assert find_own(RELU, store)[0].accuracies == (0.91,)
    assert "1 of 1 runs finished" in html(app)
    assert "Your runs (◇) learned from MNIST-5k" in captions(app)
    assert app.button(key="experiment_start").disabled


def test_where_the_data_is_missing_the_command_that_gets_it_is_named(open_page: Open) -> None:
    app = open_page("experiments", shipped=True, address={"experiment": "how_much_data", "guess": "1"})
    assert "python -m cnnplay data mnist --download" in app.info[0].value
    assert app.button(key="experiment_start").disabled


def test_the_digit_is_shown_at_every_radius_with_the_window_of_a_filter(open_page: Open) -> None:
    app = open_page("experiments", shipped=True, address={"experiment": "shuffled", "digit": "3"})
    shown = html(app)
    assert shown.count("<figure>") == 6
    assert shown.count('class="cp-pixels cp-window"') == 6
    assert "moved up to 4 px" in shown


def test_the_cost_is_calculated_for_any_sizes(open_page: Open) -> None:
    address = {"experiment": "one_by_one", "guess": "3"}
    app = open_page("experiments", shipped=True, address=address)
    assert "So it is" in html(app)
    assert "120,422,400" in html(app)
    assert "12,443,648" in html(app)
    app = open_page("experiments", shipped=True, address=address | {"n_in": "10"})
    assert "1.6 times as many" in html(app)
    press(app, "one_by_one_time")
    assert any("PyTorch on this server" in each.value for each in app.markdown)

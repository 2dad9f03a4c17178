"""The time machine on the Retrain page, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import this_place
from cnnplay.runs.snapshots import snapshot_name
from cnnplay.runs.store import open_store
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig
from cnnplay.training.events import Milestone

from .runs import save

STEPS = (0, 1, 4)
Open = Callable[..., AppTest]


@pytest.fixture
def run_id() -> str:
    """A run that was stopped after three snapshots of untrained networks."""
    store = open_store()
    run = store.create(TrainConfig(model="cnn6", dataset="mnist-5k", epochs=2), place=this_place())
    claim = claim_next(store.database, place=this_place(), n_slots=20)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=0, n_steps=8)
    for step in STEPS:
        save(run_dir(run.id) / snapshot_name(step), "cnn6")
        claimed.add_milestones({Milestone(step=step, epoch=step / 4, layers=()): snapshot_name(step)})
    claimed.end("interrupted", error=None)
    return run.id


def open_fold(open_page: Open, run_id: str) -> AppTest:
    app = open_page("train", time_machine=True)
    app.query_params["run"] = run_id
    return app.run()


def test_the_slider_goes_from_snapshot_to_snapshot(open_page: Open, run_id: str) -> None:
    app = open_fold(open_page, run_id)
    assert not app.exception
    slider = app.select_slider(f"time_step_{run_id}")
    assert slider.value == STEPS[-1]
    assert any("Test picture" in block.value for block in app.html)
    slider.set_value(0).run()
    assert not app.exception
    assert any("Before the first step" in caption.value for caption in app.caption)


def test_missing_files_are_no_accident(open_page: Open, run_id: str, tmp_path: Path) -> None:
    for step in STEPS:
        (run_dir(run_id) / snapshot_name(step)).unlink()
    app = open_fold(open_page, run_id)
    assert not app.exception
    assert any("no snapshots" in caption.value for caption in app.caption)

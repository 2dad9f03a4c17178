"""The time machine on the Retrain page, without a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.runs.snapshots import snapshot_name
from cnnplay.settings import run_dir

from .runs import add_stopped_run

STEPS = (0, 1, 4)
Open = Callable[..., AppTest]


@pytest.fixture
def run_id() -> str:
    return add_stopped_run(STEPS)


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

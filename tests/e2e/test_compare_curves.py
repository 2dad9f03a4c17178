"""Curves in a real browser: a training is watched beside others, on the axis that the address names."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.store import open_store
from cnnplay.training.recipes import make_config

from . import test_train
from .conftest import PHONE, Visit

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(600)
server = test_train.server
START_S = 120
PLOT = ".st-key-curves_plot .js-plotly-plot"
TRACES = f"(document.querySelector('{PLOT}')?._fullData ?? [])"
LAST_X = f"Math.max(0, ...{TRACES}.map(trace => trace.x?.at?.(-1) ?? 0))"


def test_a_run_in_training_grows_and_the_axis_stands_in_the_address(server: str, open_visit: Open) -> None:
    store = open_store()
    config = make_config("cnn16_32", dataset="mnist-5k", epochs=200, device="cpu")
    run = LocalExecutor(store).submit(config, name="watched")
    try:
        deadline = time.monotonic() + START_S
        while not store.metrics(run.id) and time.monotonic() < deadline:
            time.sleep(0.2)
        visit = open_visit(server, f"/compare?data=mnist-5k&view=curves&nets={run.short_id}")
        page = visit.page
        page.wait_for_function(f"{LAST_X} > 0.5")
        first = page.evaluate(LAST_X)
        page.wait_for_function(f"{LAST_X} > {first} + 0.3")

        page.get_by_role("radio", name="Steps").click()
        page.wait_for_url(re.compile(r"by=step"))
        page.wait_for_function(f"{LAST_X} > 20")
        page.locator("label", has_text="Log axis").click()
        page.wait_for_url(re.compile(r"logx=true"))
        page.wait_for_function(f"document.querySelector('{PLOT}')?.layout?.xaxis.type === 'log'")

        other = open_visit(server, page.url.removeprefix(server), **PHONE)
        other.page.wait_for_function(f"document.querySelector('{PLOT}')?.layout?.xaxis.type === 'log'")
        expect(other.page.get_by_role("radio", name="Steps")).to_be_checked()
        assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
        assert visit.is_clean()
        assert other.is_clean()
    finally:
        store.stop(run.id)

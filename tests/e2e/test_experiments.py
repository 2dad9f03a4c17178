"""An experiment in a real browser: the guess, the answer and its address, and a training started from the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import test_train
from .conftest import PHONE, Visit
from .hand import press
from .test_train import TRAINING_MS

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(600)
server = test_train.server


def test_a_guess_is_made_with_the_mouse_and_its_address_shows_the_same_elsewhere(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/experiments")
    page = visit.page
    page.locator(".cp-question", has_text="Shuffled pixels").click()
    expect(page.locator(".cp-radii figure")).to_have_count(6)
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    page.get_by_text("The dense net as well as before; the CNN reads worse").click()
    press(page, "That is my guess")
    expect(page.locator(".cp-found")).to_contain_text("So it is")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    assert page.url.endswith("experiment=shuffled&guess=3")
    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    expect(other.page.locator(".cp-found")).to_contain_text("So it is")
    expect(other.page.locator(".js-plotly-plot")).to_have_count(1)
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    press(page, "← All questions")
    expect(page.locator(".cp-question")).to_have_count(13)
    assert visit.is_clean()
    assert other.is_clean()


def test_a_training_is_started_and_stands_in_the_chart_when_it_is_finished(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/experiments?experiment=relu_or_sigmoid&guess=none&arm=tanh&seeds=1")
    page = visit.page
    press(page, "Start")
    expect(page.locator(".st-key-experiment_runs .cp-run")).to_contain_text("0 of 1 runs finished")
    expect(page.locator(".st-key-experiment_runs .cp-run")).to_contain_text("1 of 1 runs finished", timeout=TRAINING_MS)
    expect(page.locator(".st-key-experiment_answer")).to_contain_text("your runs")
    assert visit.is_clean()

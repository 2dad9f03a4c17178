"""A hand that a network misreads, taught in a real browser: drawn, corrected, taught, received, drawn again, undone."""

import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnplay.data.strokes import Strokes
from cnnplay.models.card import is_shipped
from cnnplay.runs.store import open_store

from .conftest import Visit, home, run_server
from .hand import press
from .test_draw import Stroke, draw_with_mouse
from .test_train import TRAINING_MS

Open = Callable[..., Visit]
pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not is_shipped("scribe"), reason="checkpoints/ has no trained scribe yet"),
]
HOOKED_ONE: list[Stroke] = [[(85, 120), (120, 80), (165, 70), (160, 120), (140, 180), (125, 235)]]
"""A 1 with so long a flag that it is read as a 7."""


def hooked_ones(n: int) -> list[Strokes]:
    """That 1 by an unsteady hand: wider and narrower, and slanted this way and that."""
    path = np.array(HOOKED_ONE[0], dtype=float) - (125, 150)
    wobble = np.random.default_rng(0).uniform((0.8, -0.15), (1.2, 0.15), (n, 2))
    return [(140 + np.stack([path[:, 0] * width + path[:, 1] * slant, path[:, 1]], 1),) for width, slant in wobble]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a run store of its own."""
    with home(tmp_path_factory.mktemp("teach-home")), run_server() as url:
        yield url


def correct(page: Page, right: str) -> None:
    page.get_by_role("combobox", name="Right answer").click()
    page.get_by_role("option", name=right, exact=True).click()
    press(page, "Remember it")
    expect(page.get_by_text(f"Remembered as {right}.")).to_be_visible()


def test_a_network_is_taught_a_hand_and_the_lesson_is_undone(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/draw")
    page = visit.page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, HOOKED_ONE)
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(r"^\s*7\s+\d+\.\d %"))
    correct(page, "1")
    page.reload()
    page.get_by_role("link", name="1 correction kept. Teach the network").click()
    expect(page.locator(".cp-mine")).to_have_count(1)
    press(page, "Teach it 1 correction")
    page.wait_for_url(re.compile(r"[?&]run="))
    page.reload()  # in the middle of the lesson
    expect(page.locator(".st-key-receipt")).to_contain_text("1 of 1", timeout=TRAINING_MS)
    expect(page.locator(".st-key-receipt")).to_contain_text("test pictures of MNIST")
    expect(page.locator(".cp-change tbody tr")).to_have_count(10)
    lesson = page.url
    page.get_by_role("link", name="Draw on it").click()
    expect(page.get_by_role("combobox", name="Read by")).to_have_value(re.compile("taught 1 correction"))
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, HOOKED_ONE)
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(r"^\s*1\s"))
    page.goto(lesson)
    press(page, "Undo")
    expect(page.get_by_text("This lesson was undone")).to_be_visible()
    (run,) = open_store().list_runs(deleted=True)
    assert run.recipe == "taught"
    assert visit.is_clean()

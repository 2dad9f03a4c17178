"""Trade-offs in a real browser: a point is clicked with a mouse, and the address opens the same elsewhere."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from . import test_train
from .conftest import PHONE, Visit
from .hand import click_in

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(600)
server = test_train.server
TRADEOFFS = "/compare?data=cifar10&nets=speedrun,resnet,lenet5"


def click_point(page: Page, number: int) -> None:
    """The real mouse, in the middle of a marker."""
    marker = page.locator(".st-key-tradeoffs_plot .scatterlayer .point").nth(number)
    expect(marker).to_be_visible()
    click_in(marker)


def test_a_click_on_a_point_shows_what_that_network_gets_wrong(server: str, open_visit: Open) -> None:
    visit = open_visit(server, TRADEOFFS)
    page = visit.page
    expect(page.locator(".st-key-tradeoffs_plot .annotation")).to_have_count(3)
    click_point(page, 0)
    panel = page.locator(".st-key-picked")
    expect(panel).to_contain_text("mistakes, those first that it was surest of")
    token = re.search(r"pick=(\w+)", page.url)
    assert token
    expect(panel.locator("b").first).to_have_text(token[1])
    expect(panel.locator(".cp-shot")).to_have_count(24)

    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    expect(other.page.locator(".st-key-picked b").first).to_have_text(token[1])
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]

    page.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)
    assert "pick=" not in page.url

    for number in (0, 1, 1, 1):  # the same one, which was closed; another; the same again and again
        click_point(page, number)
        expect(panel).to_have_count(1)
        page.wait_for_timeout(500)
    expect(panel.locator("b").first).not_to_have_text(token[1])
    assert visit.is_clean()
    assert other.is_clean()

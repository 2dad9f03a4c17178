"""The Gallery in a real browser: pictures are clicked, turned and taken along; a point of the map shows its picture."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .conftest import PHONE, Visit
from .hand import click_in

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(300)


def test_a_picture_is_clicked_changed_and_taken_into_a_network(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/gallery?data=mnist-5k&class=3&change=shuffled&originals=1")
    page, large = visit.page, visit.page.locator(".cp-shelf-large")
    tiles = page.locator(".cp-shelf-tile")
    expect(tiles).to_have_count(36)
    picked = [str(tiles.nth(at).get_attribute("data-pick")) for at in range(2)]
    tiles.first.click()
    expect(large).to_contain_text(f"Test picture {picked[0]} of MNIST-5k")
    expect(large.locator("img")).to_have_count(2)
    page.keyboard.press("ArrowRight")
    expect(large).to_contain_text(f"Test picture {picked[1]} of MNIST-5k")

    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    expect(other.page.locator(".cp-shelf-large")).to_contain_text(f"Test picture {picked[1]} of MNIST-5k")
    expect(other.page.locator(".cp-shelf-tile[aria-current='true']")).to_have_count(1)
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]

    page.get_by_role("link", name="Look inside a network with it").click()
    expect(page.locator("h1")).to_have_text("Look inside")
    assert re.search(rf"input=test(:|%3A)mnist-5k(:|%3A){picked[1]}$", page.url)
    assert visit.is_clean()
    assert other.is_clean()


def test_a_point_of_the_map_shows_what_is_behind_it(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/gallery?data=mnist&view=map&network=fc2&class=3&wrong=1")
    page = visit.page
    points = page.locator(".st-key-gallery_map_plot .scatterlayer .trace").last.locator(".point")
    expect(points.first).to_be_visible()
    click_in(points.first)
    panel = page.locator(".st-key-gallery_picked")
    expect(panel).to_contain_text("networks are right")
    index = re.search(r"pick=(\d+)", page.url)
    assert index
    expect(panel).to_contain_text(f"Test picture {int(index[1]):,}")
    expect(panel.locator(".cp-bad").first).to_contain_text("fc2")

    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    expect(other.page.locator(".st-key-gallery_picked")).to_contain_text(f"Test picture {int(index[1]):,}")
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]

    page.get_by_role("button", name="Close").click()
    expect(panel).to_contain_text("Click a point")
    assert "pick=" not in page.url
    assert visit.is_clean()
    assert other.is_clean()

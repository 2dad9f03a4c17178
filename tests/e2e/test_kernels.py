"""The Kernels page in a real browser: numbers are written, places clicked, and the window walks."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import PHONE, Visit
from .hand import click_in, settle

Open = Callable[..., Visit]
PATH = "/kernels?px=64"


def wait_until_drawn(page: Page) -> None:
    expect(page.locator(".cp-k-result .cp-k-frame img")).to_have_attribute("src", re.compile("^data:image"))
    expect(page.locator(".cp-k-sum b")).to_have_count(1)
    settle(page)


def number(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def test_a_number_is_written_a_place_clicked_and_its_sum_is_exact(server: str, open_visit: Open) -> None:
    visit = open_visit(server, PATH)
    page = visit.page
    wait_until_drawn(page)
    before = page.locator(".cp-k-result .cp-k-frame img").get_attribute("src")
    page.get_by_label("Row 2, column 3", exact=True).fill("7")
    expect(page.locator(".cp-k-result .cp-k-frame img")).not_to_have_attribute("src", str(before))
    expect(page).to_have_url(re.compile("k=3x3_-1_0_1_-2_0_7_-1_0_1"))
    click_in(page.locator(".cp-k-result .cp-k-frame"), 1 / 4, 1 / 3)
    expect(page).to_have_url(re.compile("at="))
    row, column = page.url.partition("at=")[2].split("%2C")
    expect(page.locator(".cp-k-where")).to_have_text(f"Row {row}, column {column} of the map")
    products = [number(text) for text in page.locator(".cp-k-products b").all_inner_texts()]
    assert len(products) == 9
    assert sum(products) == number(page.locator(".cp-k-sum b").inner_text())
    page.reload()
    wait_until_drawn(page)
    assert sum(products) == number(page.locator(".cp-k-sum b").inner_text())
    page.get_by_label("Row 1, column 1", exact=True).fill("")
    expect(page.locator(".cp-k-error")).to_contain_text("row 1, column 1 is empty")
    page.locator(".st-key-kernels_known_row").get_by_text("Laplacian", exact=True).click()
    expect(page.locator(".cp-k-error")).to_be_empty()
    expect(page.get_by_label("Row 2, column 2", exact=True)).to_have_value("8")
    assert visit.is_clean()


def test_the_window_walks_by_keys_and_plays_without_asking_the_server(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"{PATH}&at=5,5")
    page = visit.page
    wait_until_drawn(page)
    where = page.locator(".cp-k-where")
    expect(where).to_have_text("Row 5, column 5 of the map")
    page.locator(".cp-k-walk").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(where).to_have_text("Row 6, column 6 of the map")
    expect(page).to_have_url(re.compile("at=6%2C6"))
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(where).not_to_have_text("Row 6, column 6 of the map")
    assert "at=6%2C6" in page.url
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page).not_to_have_url(re.compile("at=6%2C6$"))
    assert visit.is_clean()


def test_on_a_phone_nothing_overflows_and_a_tap_chooses(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"{PATH}&channels=3&k=gaussian~laplacian", **PHONE)
    page = visit.page
    wait_until_drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    page.locator(".cp-k-result .cp-k-frame").tap()
    expect(page).to_have_url(re.compile("at="))
    page.get_by_role("button", name="Map 2").tap()
    expect(page.locator(".cp-k-title")).to_have_text("Laplacian, 2 of 2")
    expect(page.locator(".cp-k-products small")).to_have_count(3)
    assert visit.is_clean()

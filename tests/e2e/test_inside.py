"""Look inside under a real mouse: a block, a value, the sum behind it, and the same address in another browser."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from .conftest import PHONE, Visit
from .hand import click_in

Open = Callable[..., Visit]
DIGIT = "input=test:mnist-5k:3"


def sum_of(page: Page) -> Locator:
    return page.locator(".st-key-inside_terms .cp-sum")


def test_a_block_and_a_value_are_clicked_and_a_second_browser_shows_the_same(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"/inside?network=scribe&{DIGIT}")
    page = visit.page
    page.locator('.st-key-inside_ribbon [data-pick="block1.conv1"]').click()
    expect(page.locator(".cp-chosen-step b")).to_have_text("block1.conv1")
    tile = page.locator('.st-key-inside_sheet [data-pick="map:5"][data-grid="14,14"]')
    expect(page.locator(".st-key-inside_sheet [data-pick]")).to_have_count(32)
    click_in(tile, 7.5 / 14, 3.5 / 14)
    expect(sum_of(page)).to_contain_text("Map 5, row 3, column 7")
    expect(sum_of(page).locator(".cp-field")).to_be_visible()
    expect(sum_of(page).locator(".cp-openable")).to_have_count(8)
    expect(sum_of(page)).to_contain_text("the other 24 maps")
    sum_of(page).locator(".cp-openable").nth(2).click()
    expect(sum_of(page).locator(".cp-openable").nth(2)).to_have_attribute("aria-current", "true")
    page.get_by_role("radio", name="Own scales").click()
    expect(page.locator(".st-key-inside_sheet")).to_contain_text("each map to its own largest size")
    told, address = sum_of(page).inner_text(), page.url.removeprefix(server)
    assert visit.is_clean()
    other = open_visit(server, address)
    expect(sum_of(other.page)).to_be_visible()
    assert sum_of(other.page).inner_text() == told
    expect(other.page.locator(".st-key-inside_sheet")).to_contain_text("each map to its own largest size")
    sum_of(other.page).locator(".cp-go").first.click()
    expect(other.page.locator(".cp-chosen-step b")).to_have_text("pool1")
    expect(sum_of(other.page)).to_contain_text("is the largest and goes on")
    assert other.is_clean()


def test_layers_and_maps_are_stepped_through_with_the_keyboard(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"/inside?network=scribe&layer=conv1.conv&pixel=3,12,13&{DIGIT}")
    page, step = visit.page, visit.page.locator(".cp-chosen-step b")
    expect(sum_of(page)).to_contain_text("Map 3, row 12, column 13")
    page.keyboard.press("n")
    expect(sum_of(page)).to_contain_text("Map 4, row 12, column 13")
    page.keyboard.press("p")
    expect(sum_of(page)).to_contain_text("Map 3, row 12, column 13")
    page.keyboard.press("ArrowRight")
    expect(step).to_have_text("conv1.bn")
    expect(page.locator(".cp-happens")).to_contain_text("shifted and stretched")
    expect(page.locator(".st-key-inside_sum")).to_contain_text("Click a value")
    page.keyboard.press("ArrowLeft")
    expect(step).to_have_text("conv1.conv")
    page.wait_for_url(re.compile(r"layer=conv1\.conv"))
    assert visit.is_clean()


def test_on_a_phone_the_sum_follows_the_maps_and_nothing_overflows(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/inside?network=vgg&layer=conv5_1.conv&pixel=9,1,1", **PHONE)
    page = visit.page
    expect(page.locator(".st-key-inside_sheet [data-pick]")).to_have_count(512)
    expect(sum_of(page)).to_contain_text("the other 504 maps")
    maps, told = page.locator(".st-key-inside_sheet").bounding_box(), sum_of(page).bounding_box()
    assert maps is not None
    assert told is not None
    assert told["y"] > maps["y"] + maps["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    whole = page.locator(".cp-framed[data-pick]")
    whole.scroll_into_view_if_needed()
    box = whole.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    expect(sum_of(page)).to_contain_text("Map 9, row 0, column 1")
    assert visit.is_clean()

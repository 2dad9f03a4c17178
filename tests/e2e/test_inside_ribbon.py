"""The ribbon of layers in a real browser: clicked, stepped through with the keys, and on a phone."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from .conftest import PHONE, Visit

Open = Callable[..., Visit]
INPUT = "input=test:mnist-5k:3"


def test_a_block_is_clicked_and_the_keys_go_on_from_there(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"/inside?network=inception&view=weights&{INPUT}")
    page = visit.page
    chosen = page.locator(".st-key-inside_ribbon svg [aria-current=true]")
    expect(chosen).to_have_attribute("data-pick", "conv1")
    page.locator('.st-key-inside_ribbon [data-pick="inception1.branch5.1"]').click()
    expect(chosen).to_have_attribute("data-pick", "inception1.branch5.1")
    page.keyboard.press("ArrowRight")
    expect(chosen).to_have_attribute("data-pick", "inception1.branch3.0")
    page.keyboard.press("ArrowLeft")
    expect(chosen).to_have_attribute("data-pick", "inception1.branch5.1")
    expect(page.locator(".cp-chosen-step")).to_contain_text("convolution, 24 x 12 x 12")
    page.wait_for_url(re.compile(r"layer=inception1\.branch5\.1"))
    assert visit.is_clean()


def test_on_a_phone_the_chosen_block_is_in_view_and_the_tree_unfolds(server: str, open_visit: Open) -> None:
    visit = open_visit(server, f"/inside?network=densenet&view=weights&layer=dense3_2.conv1&{INPUT}", **PHONE)
    page = visit.page
    chosen = page.locator(".cp-ribbon [aria-current=true]")
    expect(chosen).to_be_in_viewport()
    page.get_by_role("button", name="Next step").click()
    expect(chosen).to_have_attribute("data-pick", "dense3_2.bn2")
    expect(chosen).to_be_in_viewport()
    page.get_by_role("radio", name="Structure").click()
    fold = page.locator('.cp-tree details[data-fold="dense1_1"]')
    fold.locator("summary").click()
    fold.locator('[data-pick="dense1_1.conv2"]').click()
    expect(page.locator(".cp-layer")).to_contain_text("12 x 14 x 14")
    expect(page.locator(".cp-tree details[open]")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert visit.is_clean()

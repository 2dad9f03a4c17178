"""Why, in a real browser: maps, a sanity check, an edit that is drawn on, and a push; at two widths."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from cnnplay.data.digit import render
from cnnplay.data.picture_code import encode_picture

from .conftest import PHONE, Visit

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(300)
SEVEN = render(np.array([[(7, 6), (20, 6)], [(20, 6), (12, 23)]], float))[None]
ADDRESS = f"/inside?network=scribe&view=why&input={encode_picture(SEVEN)}"


def measure(page: Page, selector: str, side: str) -> list[int]:
    """All at once: a page that is still settling moves between two questions."""
    script = f"parts => parts.map(part => Math.round(part.getBoundingClientRect().{side}))"
    found: list[int] = page.eval_on_selector_all(selector, script)
    return found


def overflows(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_reasons_are_asked_for_checked_and_turned(server: str, open_visit: Open) -> None:
    visit = open_visit(server, ADDRESS)
    page = visit.page
    expect(page.locator(".cp-why-tile img")).to_have_count(4)
    assert len(set(measure(page, ".cp-why-tile img", "height"))) == 1
    assert len(set(measure(page, ".cp-why-tile", "height"))) == 1
    page.locator("label", has_text="Sanity check").click()
    page.wait_for_url(re.compile("check=1"))
    expect(page.locator(".cp-why-tile img")).to_have_count(8)

    phone = open_visit(server, page.url.removeprefix(server), **PHONE)
    expect(phone.page.locator(".cp-why-tile img")).to_have_count(8)
    tops = measure(phone.page, ".cp-why-tile", "top")
    assert tops[0] == tops[1] < tops[2] == tops[3]
    assert not overflows(phone.page)

    page.get_by_role("radio", name="A push on every pixel").click()
    expect(page.locator(".st-key-push_plot .js-plotly-plot")).to_be_visible()
    page.get_by_role("slider").last.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("eps=9"))

    page.get_by_role("radio", name="What would change its mind").click()
    page.wait_for_url(re.compile("why=edit"))
    expect(page.locator(".st-key-why_edit .cp-verdict")).to_contain_text("of the pen")
    turned = page.locator(".st-key-why_edit .cp-verdict b").last.inner_text()
    page.get_by_role("button", name="Draw on from it").click()
    page.wait_for_url(re.compile(r"/(draw)?\?network=scribe$"))
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(rf"^\s*{turned}"))
    assert visit.is_clean()
    assert phone.is_clean()

"""Drawing with a real mouse and a real finger, and reading the answer."""

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from cnnplay.models.card import is_shipped

from .conftest import DESKTOP, PHONE, Visit
from .hand import steady_box

Open = Callable[..., Visit]
Stroke = list[tuple[int, int]]

SEVEN: list[Stroke] = [[(75, 80), (140, 76), (205, 80), (170, 135), (145, 190), (128, 240)]]
ONE: list[Stroke] = [[(142, 45), (141, 140), (140, 238)]]
FOUR: list[Stroke] = [[(110, 50), (85, 150), (200, 150)], [(170, 60), (165, 150), (160, 240)]]
needs_scribe = pytest.mark.skipif(not is_shipped("scribe"), reason="checkpoints/ has no trained scribe yet")


def draw_with_mouse(page: Page, strokes: list[Stroke]) -> None:
    box = steady_box(page.locator("canvas.upper-canvas"))
    for stroke in strokes:
        (x, y), *rest = [(box["x"] + x, box["y"] + y) for x, y in stroke]
        page.mouse.move(x, y)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=5)
        page.mouse.up()


def draw_with_finger(page: Page, strokes: list[Stroke]) -> None:
    box = steady_box(page.locator("canvas.upper-canvas"))
    finger = page.context.new_cdp_session(page)
    for stroke in strokes:
        points = [{"x": box["x"] + x, "y": box["y"] + y} for x, y in stroke]
        finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": points[:1]})
        for before, after in pairwise(points):
            for part in range(1, 6):
                here = {axis: before[axis] + (after[axis] - before[axis]) * part / 5 for axis in "xy"}
                finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [here]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def count_ink(page: Page) -> int:
    """Dark pixels on the canvas."""
    found: int = page.locator("canvas.lower-canvas").last.evaluate(
        "sheet => sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height).data"
        ".filter((value, at, data) => at % 4 === 0 && value < 100 && data[at + 3] > 200).length"
    )
    return found


def answer(page: Page) -> str:
    return page.locator(".st-key-answer").inner_text()


@needs_scribe
@pytest.mark.parametrize(("label", "strokes"), [("7", SEVEN), ("1", ONE), ("4", FOUR)])
def test_a_digit_drawn_with_the_mouse_is_read(server: str, open_visit: Open, label: str, strokes: list[Stroke]) -> None:
    visit = open_visit(server)
    canvas = visit.page.locator("canvas.upper-canvas")
    expect(canvas).to_be_visible()
    expect(visit.page.locator(".st-key-answer")).to_contain_text("Draw a digit from 0 to 9")
    assert "%" not in answer(visit.page)
    draw_with_mouse(visit.page, strokes)
    expect(visit.page.locator(".st-key-answer")).to_have_text(re.compile(rf"^\s*{label}\s+\d+\.\d %"))
    expect(visit.page.locator(".st-key-jury tbody tr").first).to_contain_text("ms")
    expect(visit.page.locator(".st-key-preprocessing img")).to_have_count(4)
    assert visit.is_clean()


@needs_scribe
def test_a_digit_drawn_with_a_finger_on_a_phone_is_read_above_the_canvas(server: str, open_visit: Open) -> None:
    visit = open_visit(server, **PHONE)
    page = visit.page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_finger(page, SEVEN)
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(r"^\s*7\s+\d+\.\d %"))
    boxes = {name: page.locator(f".st-key-{name}").bounding_box() for name in ("answer", "canvas", "canvas_buttons")}
    tops = {name: box["y"] for name, box in boxes.items() if box}
    assert tops["answer"] < tops["canvas"] < tops["canvas_buttons"] < PHONE["viewport"]["height"]
    undo, clear = (page.get_by_role("button", name=name).bounding_box() for name in ("Undo", "Clear"))
    assert undo is not None
    assert clear is not None
    assert undo["y"] == clear["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert visit.is_clean()


@needs_scribe
def test_undo_and_clear_change_the_canvas_and_the_answer(server: str, open_visit: Open) -> None:
    visit = open_visit(server)
    page = visit.page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, SEVEN)
    expect(page.locator(".st-key-answer")).to_contain_text("%")
    only_seven = answer(page)
    draw_with_mouse(page, [[(60, 200), (220, 60)]])
    expect(page.locator(".st-key-answer")).not_to_have_text(only_seven)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".st-key-answer")).to_contain_text(only_seven.split()[0])
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".st-key-answer")).to_contain_text("Draw a digit")
    page.wait_for_timeout(500)  # the canvas loads its new sheet
    assert count_ink(page) == 0
    draw_with_mouse(page, ONE)
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(r"^\s*1\s"))
    assert visit.is_clean()


@needs_scribe
def test_the_drawing_survives_a_visit_to_another_page(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/draw")
    page = visit.page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, SEVEN)
    expect(page.locator(".st-key-answer")).to_contain_text("%")
    before = answer(page)
    page.get_by_role("link", name="Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Networks")
    page.get_by_role("link", name="Draw").click()
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    expect(page.locator(".st-key-answer")).to_have_text(re.compile(re.escape(before.split()[0])))
    assert answer(page) == before
    assert count_ink(page) > 1000
    page.wait_for_timeout(1000)  # the canvas still loads the drawing, and would drop a stroke
    draw_with_mouse(page, [[(60, 200), (220, 60)]])
    expect(page.locator(".st-key-answer")).not_to_have_text(before)
    assert visit.is_clean()


@needs_scribe
def test_a_test_digit_can_be_read_and_drawn_over(server: str, open_visit: Open) -> None:
    visit = open_visit(server, **DESKTOP)
    page = visit.page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    page.get_by_role("button", name="Test digit").click()
    expect(page.locator(".st-key-answer")).to_contain_text("%")
    expect(page.locator(".cp-note")).to_contain_text("written as a")
    draw_with_mouse(page, [[(40, 40), (240, 240)]])
    expect(page.locator(".st-key-preprocessing img")).not_to_have_count(1)
    assert visit.is_clean()

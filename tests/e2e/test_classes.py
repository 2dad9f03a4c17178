"""Classes of one's own in a real browser: a zip of photos, and shapes drawn with the mouse, both trained on."""

import io
import math
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from .conftest import PHONE, Visit, home, run_server
from .hand import press, set_number
from .test_draw import Stroke, count_ink, draw_with_mouse
from .test_train import TRAINING_MS

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a home of its own, and workers on one core of the processor."""
    with home(tmp_path_factory.mktemp("own"), OMP_NUM_THREADS="1"), run_server() as url:
        yield url


def painted_zip(path: Path, *, n: int = 12) -> Path:
    """Suns and trees, painted at odd sizes."""
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as zip_:
        for i in range(n):
            width, height = rng.integers(60, 200, 2).tolist()
            for name, sky, thing in (("sun", "skyblue", "gold"), ("tree", "lightgray", "darkgreen")):
                image = Image.new("RGB", (width, height), sky)
                x, y = rng.integers(10, 30, 2).tolist()
                ImageDraw.Draw(image).ellipse((x, y, x + 28 + i, y + 25), fill=thing)
                file = io.BytesIO()
                image.save(file, "JPEG" if i % 2 else "PNG")
                zip_.writestr(f"sky/{name}/{i}.{'jpg' if i % 2 else 'png'}", file.getvalue())
    return path


def train_here(page: Page, *, epochs: str) -> None:
    """From the filled form to the end of the run."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Retrain")
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    set_number(page, "Epochs", epochs)
    press(page, "Start training")
    expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)
    expect(page.locator(".st-key-run_result")).to_contain_text("test pictures")


def test_a_zip_is_uploaded_looked_at_and_trained_on(server: str, open_visit: Open, tmp_path: Path) -> None:
    visit = open_visit(server, "/classes")
    page = visit.page
    place = page.locator(".st-key-own_zip input[type=file]")
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    place.set_input_files(tmp_path / "bad.zip")
    press(page, "Make the set")
    expect(page.get_by_role("alert")).to_contain_text("no zip that can be read")
    place.set_input_files(painted_zip(tmp_path / "sky.zip"))
    expect(page.get_by_role("textbox", name="Name").first).to_have_value("sky")
    press(page, "Make the set")
    expect(page.locator(".cp-strips img")).to_have_count(24)
    expect(page.locator(".cp-strips")).to_contain_text("tree")
    address = page.url
    press(page, "Train on it")
    train_here(page, epochs="6")
    expect(page.get_by_role("link", name="Show it a photo")).to_be_visible()
    page.goto(address)
    press(page, "Delete")
    press(page, "Undo")
    expect(page.locator(".cp-strips img")).to_have_count(24)
    assert visit.is_clean()


def ring(i: int) -> list[Stroke]:
    turn = [2 * math.pi * step / 14 for step in range(15)]
    return [[(round(140 + (60 + 6 * i) * math.cos(a)), round(140 + (90 - 7 * i) * math.sin(a))) for a in turn]]


def cross(i: int) -> list[Stroke]:
    return [[(60 + 8 * i, 60), (220, 210)], [(220, 60 + 5 * i), (60, 220)]]


def test_two_classes_are_drawn_with_the_mouse_and_trained_on(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/classes")
    page = visit.page
    page.get_by_role("tab", name="Draw them").click()
    page.get_by_role("textbox", name="Classes, with commas between").fill("ring, cross")
    press(page, "Begin to draw")
    for name, draw in (("ring", ring), ("cross", cross)):
        page.locator(".st-key-own_classes").get_by_text(name, exact=True).click()
        for i in range(4):
            expect(page.locator("canvas.upper-canvas")).to_be_visible()
            wait_for_sheet(page)
            draw_with_mouse(page, draw(i))
            page.wait_for_timeout(1500)  # the canvas tells of a stroke after a pause
            page.locator(".st-key-own_keep button").click()
            expect(page.locator(".cp-strips section", has_text=name).locator("img")).to_have_count(i + 1)
    page.reload()  # nothing is lost
    expect(page.locator(".cp-strips img")).to_have_count(8)
    press(page, "Train on it")
    train_here(page, epochs="40")
    page.get_by_role("link", name="Draw on it").click()
    expect(page.locator(".st-key-answer")).to_contain_text("Draw one of ring and cross")
    page.wait_for_load_state("networkidle")
    wait_for_sheet(page)
    draw_with_mouse(page, cross(2))
    expect(page.locator(".st-key-answer")).to_contain_text("%")
    expect(page.locator(".st-key-answer .cp-label")).to_have_text(re.compile("ring|cross"))
    assert visit.is_clean()


def wait_for_sheet(page: Page) -> None:
    """The canvas takes a moment to become empty."""
    page.wait_for_timeout(700)
    for _ in range(60):
        if count_ink(page) == 0:
            return
        page.wait_for_timeout(250)
    raise AssertionError("the canvas still holds the last drawing")


def test_nothing_overflows_on_a_phone(server: str, open_visit: Open) -> None:
    page = open_visit(server, "/classes", **PHONE).page
    expect(page.get_by_role("tab", name="Draw them")).to_be_visible()
    page.get_by_role("tab", name="Draw them").click()
    press(page, "Begin to draw")
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]

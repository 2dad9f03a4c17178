"""Every page by a cold deep link, and photos good and bad through the browser's own file dialog."""

from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from cnnplay.models.card import is_shipped

from .conftest import PHONE, Visit, run_server

Open = Callable[..., Visit]
HEADINGS = {
    "/": "Draw a digit",
    "/draw": "Draw a digit",
    "/photo": "Name a photo",
    "/inside": "Look inside",
    "/kernels": "Kernels",
    "/experiments": "Experiments",
    "/gallery": "Gallery",
    "/classes": "Your classes",
    "/teach": "Your hand",
    "/models": "Networks",
}


@pytest.mark.parametrize("path", HEADINGS)
def test_a_cold_deep_link_opens_the_page_inside_the_app(open_visit: Open, path: str) -> None:
    with run_server() as url:  # only the first request to a server can go wrong
        visit = open_visit(url, path)
        expect(visit.page.get_by_role("heading", level=1)).to_have_text(HEADINGS[path])
        expect(visit.page.get_by_role("link", name="Photo")).to_be_visible()
        expect(visit.page.get_by_text("Page not found")).to_have_count(0)
        expect(visit.page.locator("h1")).to_have_count(1)
        assert visit.is_clean()


@pytest.mark.parametrize("path", HEADINGS)
def test_nothing_overflows_on_a_phone(server: str, open_visit: Open, path: str) -> None:
    visit = open_visit(server, path, **PHONE)
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(HEADINGS[path])
    visit.page.wait_for_load_state("networkidle")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def save_photo(image: Image.Image, path: Path) -> None:
    """As a phone would, by the file's ending."""
    if path.suffix == ".heic":
        pillow_heif.from_pillow(image).save(path)
    else:
        image.save(path)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.heic"])
def test_a_photo_is_uploaded_cropped_and_named(server: str, open_visit: Open, tmp_path: Path, name: str) -> None:
    image = Image.new("RGB", (640, 480), (110, 160, 230))
    ImageDraw.Draw(image).ellipse((200, 200, 440, 360), fill=(120, 80, 40))
    save_photo(image, tmp_path / name)
    visit = open_visit(server, "/photo")
    page = visit.page
    page.locator("input[type=file]").set_input_files(tmp_path / name)
    expect(page.locator(".cp-photo img")).to_be_visible()
    expect(page.locator(".cp-left img")).to_be_visible()
    if is_shipped("speedrun"):
        expect(page.locator(".st-key-answer")).to_contain_text("%")
    frame = page.locator(".cp-photo > span").get_attribute("style")
    slider = page.get_by_role("slider", name="Left to right")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.locator(".cp-photo > span")).not_to_have_attribute("style", str(frame))
    assert visit.is_clean()


def test_bad_files_get_one_sentence_and_the_page_goes_on(server: str, open_visit: Open, tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(b"%PDF-1.7 not a picture")
    (tmp_path / "empty.jpg").write_bytes(b"")
    Image.new("RGB", (64, 64), (200, 30, 30)).save(tmp_path / "good.png")
    visit = open_visit(server, "/photo")
    page = visit.page
    for name in ("scan.png", "empty.jpg"):
        page.locator("input[type=file]").set_input_files(tmp_path / name)
        expect(page.get_by_role("alert")).to_contain_text(name)
        expect(page.get_by_role("alert")).to_have_count(1)
    page.locator("input[type=file]").set_input_files(tmp_path / "good.png")
    expect(page.locator(".cp-photo img")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert visit.is_clean()

"""Takes the pictures of the README from the running app: python -m tests.e2e.screenshots [FOLDER [PAGE...]]."""

import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from cnnplay.data.catalog import DIGITS
from cnnplay.data.corrections import add_correction, new_hand
from cnnplay.data.drawing import prepare_strokes
from cnnplay.data.own_books import add_drawing, create_book, list_books
from cnnplay.data.picture_code import encode_picture
from cnnplay.runs.store import open_store
from cnnplay.ui.samples import paint_ship

from .conftest import CHROMIUM_FLAGS, DESKTOP, PHONE, PROJECT, home, run_server
from .hand import press, set_number
from .test_draw import draw_with_mouse
from .test_teach import hooked_ones
from .test_train import TRAINING_MS

SETTLE_MS = 2500
N_DRAWINGS, N_CORRECTIONS = 12, 4
_TURN = np.linspace(0, 2 * np.pi, 25)
_POINTS = np.linspace(-np.pi / 2, 3.5 * np.pi, 6)
SHAPES = {
    "circle": np.stack([np.cos(_TURN), np.sin(_TURN)], 1),
    "star": np.stack([np.cos(_POINTS), np.sin(_POINTS)], 1),
    "wave": np.stack([_TURN / np.pi - 1, np.sin(2 * _TURN) / 2], 1),
}
SEVEN = [[(75, 80), (140, 76), (205, 80), (170, 135), (145, 190), (128, 240)], [(110, 160), (185, 155)]]


def show_draw(page: Page) -> None:
    """A 7 with a bar, read."""
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, SEVEN)
    expect(page.locator(".st-key-jury tbody tr").last).to_contain_text("ms")


def show_photo(page: Page) -> None:
    """A painted ship, named."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "ship.jpg"
        paint_ship().save(picture, quality=95)  # the README shows no picture from a data set
        page.locator(".st-key-photo_upload input[type=file]").set_input_files(picture)
        expect(page.locator(".st-key-jury tbody tr").last).to_contain_text("ms")


def show_networks(page: Page) -> None:
    """The cards."""
    expect(page.get_by_role("button", name="Weights").first).to_be_visible()


def show_train(page: Page) -> None:
    """A short training, finished; for the first visitor it is started, the next finds it."""
    expect(page.get_by_role("button", name="Start training")).to_be_enabled()
    chips = page.locator(".st-key-run_chips button")
    if chips.count():
        chips.first.click()
    else:
        set_number(page, "Epochs", "4")
        press(page, "Start training")
    expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)


def show_compare(page: Page) -> None:
    """All networks that name objects."""
    page.goto(f"{page.url}?data=cifar10")
    expect(page.locator(".st-key-compare_tradeoffs .main-svg").first).to_be_visible()


def show_classes(page: Page) -> None:
    """Three shapes, drawn a little differently each time."""
    book = next(iter(list_books()), None)
    if book is None:
        book = create_book("Shapes", tuple(SHAPES))
        rng = np.random.default_rng(0)
        for name, corners in SHAPES.items():
            for _ in range(N_DRAWINGS):
                wobble = rng.normal(0, 4, corners.shape)
                add_drawing(book.key, name, [140 + corners * rng.uniform(50, 95, 2) + wobble])
    page.goto(f"{page.url}?set={book.key}")
    expect(page.locator(".cp-strips img").first).to_be_visible()


def heighten(page: Page, height_px: int) -> None:
    """Shows more of a page on a desktop; a phone is as high as it is."""
    if (size := page.viewport_size) and size["width"] == DESKTOP["viewport"]["width"]:
        page.set_viewport_size({"width": size["width"], "height": height_px})


def show_inside(page: Page) -> None:
    """The drawn 7 after the first convolution, and one value of it."""
    digit = prepare_strokes([np.array(stroke, dtype=float) for stroke in SEVEN]).image[None]
    heighten(page, 1060)
    page.goto(f"{page.url}?network=scribe&input={encode_picture(digit)}&layer=conv1.conv&pixel=6,9,16")
    expect(page.locator(".st-key-inside_layers img").first).to_be_visible()


def show_kernels(page: Page) -> None:
    """Sobel over the photo that the page begins with."""
    heighten(page, 1060)
    expect(page.locator("h1")).to_have_text("Kernels")


def show_experiments(page: Page) -> None:
    """Shuffled pixels, guessed rightly."""
    heighten(page, 1240)
    page.goto(f"{page.url}?experiment=shuffled")
    page.get_by_text("The dense net as well as before").click()
    press(page, "That is my guess")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def show_gallery(page: Page) -> None:
    """The map of a CNN's features."""
    heighten(page, 960)
    page.goto(f"{page.url}?data=mnist&view=map&network=cnn6")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def show_teach(page: Page) -> None:
    """Hooked ones that were read as sevens; the first visitor teaches them, the next finds the receipt."""
    lesson = next((run for run in open_store().list_runs() if run.recipe == "taught"), None)
    if lesson is not None:
        page.goto(f"{page.url}?run={lesson.id}")
    else:
        hand = new_hand()
        for strokes in hooked_ones(N_CORRECTIONS):
            image = prepare_strokes(strokes).image[None]
            add_correction(hand, image, classes=DIGITS, label="1", answer="7", prob=0.9, network="scribe")
        page.goto(f"{page.url}?hand={hand}&network=scribe")
        press(page, f"Teach it {N_CORRECTIONS} corrections")
    expect(page.locator(".st-key-receipt")).to_contain_text(f"of {N_CORRECTIONS}", timeout=TRAINING_MS)


PAGES = {
    "draw": show_draw,
    "photo": show_photo,
    "inside": show_inside,
    "kernels": show_kernels,
    "experiments": show_experiments,
    "gallery": show_gallery,
    "models": show_networks,
    "train": show_train,
    "compare": show_compare,
    "classes": show_classes,
    "teach": show_teach,
}


def take(browser: Browser, url: str, folder: Path, names: Iterable[str]) -> None:
    """One picture of each of these pages for a desktop and for a phone."""
    for name in names:
        for kind, options in (("desktop", DESKTOP), ("phone", PHONE)):
            context = browser.new_context(**options)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(f"{url}/{name}")
            PAGES[name](page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=folder / f"{name}-{kind}.png")
            context.close()


def main() -> None:
    """Writes to the folder given, or to docs/."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PROJECT / "docs"
    folder.mkdir(parents=True, exist_ok=True)
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory() as folder_, home(folder_), run_server() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        take(browser, url, folder, sys.argv[2:] or PAGES)
        browser.close()


if __name__ == "__main__":
    main()

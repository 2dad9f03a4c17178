"""Training in a real browser: started with the mouse, watched, reloaded, shared, stopped, resumed and finished."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import PHONE, Visit, home, run_server
from .hand import choose, press, set_number

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(600)
NEWEST = "document.querySelector('.st-key-live_curves .js-plotly-plot')?.data?.[0].x.at(-1)"
TRAINING_MS = 400_000
"""A training takes ten seconds on a quiet machine; this one may be busy."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a run store of its own, and workers on one core of the processor."""
    with home(tmp_path_factory.mktemp("train-home"), OMP_NUM_THREADS="1"), run_server() as url:
        yield url


def status(page: Page) -> str:
    return page.locator(".st-key-run_status").inner_text()


def last_step(page: Page) -> int:
    """The newest step that the chart draws."""
    return int(page.wait_for_function(f"() => {NEWEST}").json_value())


def start_fc2(page: Page, epochs: str) -> None:
    choose(page, "Network", "fc2")
    choose(page, "Data set", "MNIST-5k")
    expect(page.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("20")
    set_number(page, "Epochs", epochs)
    expect(page.locator(".st-key-train_resets")).to_contain_text("1 changed")
    press(page, "Start training")
    page.wait_for_url(re.compile(r"\?run=[0-9a-f-]{36}$"))


def test_a_training_is_started_watched_shared_stopped_and_finished(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/train")
    page = visit.page
    expect(page.locator(".cp-empty")).to_contain_text("Press Start")
    start_fc2(page, "400")
    address = page.url.removeprefix(server)

    expect(page.locator(".st-key-run_status")).to_contain_text("Training", timeout=TRAINING_MS)
    page.wait_for_function("document.title.includes('%')")
    first = last_step(page)
    page.wait_for_function(f"before => {NEWEST} > before", arg=first)
    press(page, "Pause")
    expect(page.locator(".st-key-run_status")).to_contain_text("Paused")

    page.reload()
    expect(page.locator(".st-key-run_status")).to_contain_text("Paused", timeout=TRAINING_MS)
    other = open_visit(server, address)
    expect(other.page.locator(".st-key-run_status")).to_contain_text("Paused", timeout=TRAINING_MS)
    expect(other.page.locator(".st-key-run_chips")).to_contain_text("fc2")

    press(page, "Stop")
    expect(page.locator(".st-key-run_status")).to_contain_text("Stopped", timeout=TRAINING_MS)
    expect(other.page.locator(".st-key-run_status")).to_contain_text("Stopped")
    stopped_at = last_step(page)
    assert stopped_at >= first
    press(page, "Resume")
    expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)
    assert last_step(page) > stopped_at
    expect(page.locator(".cp-result")).to_contain_text("95 % interval")
    expect(other.page.locator(".cp-result")).to_contain_text(page.locator(".cp-result b").inner_text())
    expect(page).to_have_title("Retrain - cnnplay")

    page.get_by_role("link", name="Draw on it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(page).to_have_title("Draw - cnnplay")
    assert visit.is_clean()
    assert other.is_clean()


def test_the_tab_loses_the_progress_when_the_page_is_left(server: str, open_visit: Open) -> None:
    page = open_visit(server, "/train").page
    start_fc2(page, "1000")
    page.wait_for_function("document.title.includes('Retrain') && document.title !== 'Retrain - cnnplay'")
    page.get_by_role("link", name="Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Networks")
    expect(page).to_have_title("Networks - cnnplay")
    page.wait_for_timeout(2500)
    expect(page).to_have_title("Networks - cnnplay")
    page.go_back()
    press(page, "Pause")
    expect(page.locator(".st-key-run_status")).to_contain_text("Paused", timeout=TRAINING_MS)
    press(page, "Stop")
    expect(page.locator(".st-key-run_status")).to_contain_text("Stopped", timeout=TRAINING_MS)


def test_fields_show_the_recipe_and_keep_what_was_typed(server: str, open_visit: Open) -> None:
    page = open_visit(server, "/train").page
    resets = page.locator(".st-key-train_resets")
    choose(page, "Network", "fc2")
    choose(page, "Data set", "MNIST-5k")
    expect(page.get_by_role("spinbutton", name="Epochs", exact=True)).to_have_value("20")
    folds = {"What": "Dropout", "How": "Batch size", "When to stop": "Pictures kept out"}
    for fold, label in folds.items():
        page.locator(".st-key-train_folds summary", has_text=fold).click()
        expect(page.get_by_role("spinbutton", name=label)).to_be_visible()
    expect(page.get_by_role("combobox", name="Optimiser")).to_have_value("AdamW")
    expect(resets).to_have_text(re.compile("Recipe modern(?!, )"))
    set_number(page, "Batch size", "64")
    expect(resets).to_contain_text("1 changed")
    how = page.locator(".st-key-train_folds summary", has_text="How")
    how.click()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_count(0)
    page.get_by_role("link", name="Networks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Networks")
    page.get_by_role("link", name="Retrain").click()
    expect(resets).to_contain_text("1 changed")
    how.click()
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("64")
    press(page, "Reset")
    expect(page.get_by_role("spinbutton", name="Batch size")).to_have_value("256")


def test_the_doctor_speaks_up_in_the_middle_of_a_run(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/train")
    page = visit.page
    choose(page, "Network", "fc2")
    choose(page, "Data set", "MNIST-5k")
    set_number(page, "Epochs", "1000")
    expect(page.locator(".st-key-train_resets")).to_contain_text("1 changed")
    set_number(page, "Learning rate", "900")
    expect(page.locator(".st-key-train_resets")).to_contain_text("2 changed")
    press(page, "Start training")
    page.wait_for_url(re.compile(r"\?run="))
    address = page.url
    expect(page.locator(".cp-doctor").first).to_be_visible(timeout=TRAINING_MS)
    expect(page.locator(".st-key-run_status")).to_contain_text("Training")
    expect(page.locator(".stException")).to_have_count(0)
    page.locator(".st-key-run_remedy button").first.click()
    page.wait_for_url(lambda url: url != address)
    expect(page.locator(".st-key-run_status")).to_contain_text("Waiting")
    press(page, "Do not start")
    expect(page.locator(".st-key-run_status")).to_contain_text("Stopped")
    page.goto(address)
    press(page, "Stop")
    expect(page.locator(".st-key-run_status")).to_contain_text("Stopped", timeout=TRAINING_MS)
    assert visit.is_clean()


def test_an_unknown_run_is_told_and_the_form_is_there(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/train?run=no-such-run")
    expect(visit.page.get_by_role("alert")).to_contain_text("There is no run 'no-such-run'")
    expect(visit.page.get_by_role("button", name="Start training")).to_be_enabled()
    assert visit.is_clean()


def test_on_a_phone_the_run_stands_before_the_form(server: str, open_visit: Open) -> None:
    page = open_visit(server, "/train", **PHONE).page
    start = page.locator(".st-key-start_training")
    expect(start).to_be_visible()
    page.locator(".st-key-run_chips button").first.click()
    expect(page.locator(".st-key-run_status")).to_be_visible()
    boxes = [page.locator(f".st-key-{name}").bounding_box() for name in ("run_status", "start_training")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] < boxes[1]["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]


def test_the_time_is_measured_without_waiting_for_it(server: str, open_visit: Open) -> None:
    page = open_visit(server, "/train").page
    choose(page, "Network", "fc2")
    choose(page, "Data set", "MNIST-5k")
    press(page, "Find the learning rate")
    expect(page.locator(".st-key-train_plan")).to_contain_text("Measuring")
    set_number(page, "Learning rate", "0.123")  # the page goes on meanwhile
    expect(page.locator(".st-key-train_plan")).to_contain_text("images a second", timeout=TRAINING_MS)
    press(page, page.get_by_role("button", name=re.compile("^Take ")).inner_text())
    expect(page.get_by_role("spinbutton", name="Learning rate")).not_to_have_value("0.123")


def test_a_training_survives_its_server(open_visit: Open, tmp_path: Path) -> None:
    with home(tmp_path):
        with run_server() as url:
            page = open_visit(url, "/train").page
            start_fc2(page, "100")
            address = page.url.removeprefix(url)
            expect(page.locator(".st-key-run_status")).to_contain_text("Training", timeout=TRAINING_MS)
        with run_server() as url:
            page = open_visit(url, address).page
            expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)

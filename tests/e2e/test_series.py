"""Several trainings in a real browser: seeds with their spread, a sweep with its history, both started by hand."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from . import test_train
from .conftest import PHONE, Visit
from .hand import choose, press, set_number
from .test_train import TRAINING_MS

Open = Callable[..., Visit]
pytestmark = pytest.mark.timeout(900)
server = test_train.server


def fill(page: Page, kind: str, n_runs: str) -> None:
    """fc2 on MNIST-5k for an epoch, so many times."""
    choose(page, "Network", "fc2")
    choose(page, "Data set", "MNIST-5k")
    set_number(page, "Epochs", "1")
    expect(page.locator(".st-key-train_resets")).to_contain_text("1 changed")
    page.locator(".st-key-train_folds summary", has_text="Several at once").click()
    page.get_by_role("radio", name=kind).click()
    set_number(page, "Runs", n_runs)


def test_three_seeds_are_started_and_their_mean_and_spread_are_told(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/train")
    page = visit.page
    fill(page, "Several seeds", "3")
    press(page, "Start 3 runs")
    page.wait_for_url(re.compile(r"\?series=[0-9a-f-]{36}$"))
    expect(page.locator(".st-key-series_status")).to_contain_text("Under way")
    expect(page.locator(".st-key-series_result")).to_contain_text("No spread can be told")
    page.wait_for_function("document.title.includes('of 3')")
    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    for each in (page, other.page):
        expect(each.locator(".cp-result")).to_contain_text("95 % t-interval", timeout=TRAINING_MS)
        expect(each.locator(".st-key-series_status")).to_contain_text("Done, 3 runs")
        expect(each.locator(".st-key-series_runs button")).to_have_count(3)
        expect(each).to_have_title("Retrain - cnnplay")
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    expect(page.locator(".st-key-run_chips button", has_text="3/3")).to_have_count(1)

    page.locator(".st-key-series_runs button", has_text="seed 1").click()
    expect(page.locator(".st-key-run_status")).to_contain_text("Finished")
    page.get_by_role("button", name="All runs of its series").click()
    expect(page.locator(".st-key-series_runs button")).to_have_count(3)
    assert visit.is_clean()
    assert other.is_clean()


def test_a_sweep_goes_on_by_itself_and_draws_its_history(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/train")
    page = visit.page
    fill(page, "A sweep", "3")
    expect(page.get_by_role("spinbutton", name="Learning rate, from")).to_be_visible()
    press(page, "Start a sweep of 3 runs")
    page.wait_for_url(re.compile(r"\?series="))
    address = page.url
    expect(page.locator(".st-key-series_runs button")).to_have_count(1)
    page.goto("about:blank")  # nobody looks, and it goes on
    page.wait_for_timeout(20_000)
    page.goto(address)
    expect(page.locator(".st-key-series_status")).to_contain_text("Done, 3 runs", timeout=TRAINING_MS)
    expect(page.locator(".cp-result")).to_contain_text("of the pictures kept out: run")
    expect(page.locator(".st-key-series_history .scatterlayer .point")).to_have_count(3)
    press(page, "Take the best")
    page.wait_for_url(re.compile(r"/train$"))
    expect(page.locator(".st-key-train_resets")).to_contain_text("changed")
    assert visit.is_clean()

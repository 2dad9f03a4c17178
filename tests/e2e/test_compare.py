"""The Compare page in a real browser: rows chosen by mouse, an address that travels, a run in training, a report."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.place import this_place
from cnnplay.runs.records import Metric
from cnnplay.runs.store import open_store
from cnnplay.training.config import TrainConfig

from .conftest import PHONE, Visit, home, run_server
from .hand import settle

Open = Callable[..., Visit]
HEADER_PX, ROW_PX, CHECKBOX_PX = 35, 35, 16
"""Of Streamlit's table."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with home(tmp_path_factory.mktemp("compare")), run_server() as url:
        yield url


def wait_until_drawn(page: Page) -> None:
    expect(page.locator(".st-key-leaderboard canvas").first).to_be_visible()
    settle(page)


def click_row(page: Page, number: int | None) -> None:
    """The box of a row of the table, counted from 0; of all rows where it is None."""
    y = HEADER_PX / 2 if number is None else HEADER_PX + (number + 0.5) * ROW_PX
    page.locator(".st-key-leaderboard .dvn-scroller").click(position={"x": CHECKBOX_PX, "y": y})
    settle(page)


def names(page: Page) -> list[str]:
    """What is compared, as the line under the table says."""
    return page.locator(".cp-chosen span").all_inner_texts()


def test_rows_are_chosen_with_the_mouse_and_the_address_opens_the_same_elsewhere(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/compare?data=cifar10&view=report")
    page = visit.page
    wait_until_drawn(page)
    assert len(names(page)) == 10
    click_row(page, None)
    expect(page.locator(".cp-chosen")).to_contain_text("Choose rows")
    click_row(page, 2)
    click_row(page, 0)
    expect(page.locator(".cp-chosen")).to_contain_text("2 of 10")
    assert names(page) == ["speedrun", "resnet"]
    assert re.search(r"nets=speedrun(%2C|,)resnet", page.url)
    page.get_by_role("radio", name="Is it real?").click()
    expect(page.locator(".st-key-compare_real")).to_contain_text("speedrun is better by 2.44 points.")
    expect(page).to_have_url(re.compile("view=real"))

    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    wait_until_drawn(other.page)
    assert names(other.page) == ["speedrun", "resnet"]
    expect(other.page.locator(".st-key-compare_real")).to_contain_text("speedrun is better by 2.44 points.")
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert visit.is_clean()
    assert other.is_clean()


def test_the_other_data_set_begins_with_its_own_networks(server: str, open_visit: Open) -> None:
    visit = open_visit(server, "/compare?data=cifar10&nets=vgg&view=report")
    wait_until_drawn(visit.page)
    visit.page.get_by_role("radio", name="MNIST", exact=True).click()
    expect(visit.page.locator(".cp-chosen")).to_contain_text("residual_conv")
    assert len(names(visit.page)) == 9
    expect(visit.page).not_to_have_url(re.compile("nets="))
    assert visit.is_clean()


def test_a_run_in_training_appears_and_goes_on_before_ones_eyes(server: str, open_visit: Open) -> None:
    store = open_store()
    run = store.create(TrainConfig(model="fc2", dataset="mnist", epochs=4), place=this_place(), name="Learns now")
    claim = claim_next(store.database, place=this_place(), n_slots=9)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=10, n_steps=40)
    visit = open_visit(server, f"/compare?nets={run.short_id},fc2&view=curves")
    page = visit.page
    wait_until_drawn(page)
    assert set(names(page)) == {"Learns now", "fc2"}
    cells = page.locator(".st-key-leaderboard [role=gridcell]")
    expect(cells.filter(has_text="epoch 1.0 of 4")).to_have_count(1)
    point = Metric(kind="train", step=20, epoch=2.0, elapsed_s=3.0, loss=0.4, accuracy=0.9, lr=0.1, images_per_s=5e3)
    claimed.add_metrics([point])
    expect(cells.filter(has_text="epoch 2.0 of 4")).to_have_count(1)
    page.get_by_placeholder("Filter").fill("interrupted")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-leaderboard")).to_contain_text("No network has these words")
    claimed.end("interrupted")
    expect(cells.filter(has_text="Learns now")).to_have_count(1)
    assert visit.is_clean()


def test_the_report_is_downloaded_and_opens_without_a_server(server: str, open_visit: Open, tmp_path: Path) -> None:
    visit = open_visit(server, "/compare?nets=fc2,cnn6&view=report")
    wait_until_drawn(visit.page)
    with visit.page.expect_download() as waiting:
        visit.page.get_by_role("button", name="Report, HTML").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "comparison-mnist.html"
    assert visit.is_clean()
    report = open_visit("file://", str(path))
    expect(report.page.locator("h1")).to_have_text("2 networks on MNIST")
    expect(report.page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    assert report.is_clean()

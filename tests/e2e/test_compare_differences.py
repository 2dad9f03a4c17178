"""Where they differ, in a real browser: cells of the confusion matrix under a real mouse, the keyboard and a thumb."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import PHONE, Visit, home, run_server
from .hand import settle, steady_box

Open = Callable[..., Visit]
CAT, DOG, SHIP = 3, 5, 8
PATH = "/compare?data=cifar10&nets=vgg,resnet,lenet&view=differences"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with home(tmp_path_factory.mktemp("compare")), run_server() as url:
        yield url


def wait_until_drawn(page: Page) -> None:
    expect(page.locator(".st-key-confusion .scatterlayer path.point")).to_have_count(100)
    settle(page)


def place_of(page: Page, right: int, said: int) -> tuple[float, float]:
    """The middle of a cell, in view."""
    page.locator(".st-key-confusion").evaluate("each => each.scrollIntoView({block: 'center'})")
    box = steady_box(page.locator(".st-key-confusion .scatterlayer path.point").nth(10 * right + said))
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click_cell(page: Page, right: int, said: int, *, beside_px: int = 0) -> None:
    x, y = place_of(page, right, said)
    page.mouse.move(x - 20, y - 8)
    page.mouse.move(x + beside_px, y)
    page.wait_for_timeout(150)  # the chart looks where the mouse is twenty times a second
    page.mouse.down()
    page.mouse.up()


def choose(page: Page, label: str, name: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    box.evaluate("each => each.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)  # its list closes when the page scrolls
    box.click()
    page.get_by_role("option", name=name, exact=True).click()


def title_of(page: Page) -> Locator:
    """What the pictures of the chosen cell are."""
    return page.locator(".st-key-cell_pictures strong").first


def marked(page: Page) -> list[int]:
    """Which cells are marked, counted along the rows."""
    script = "all => all.map((each, at) => getComputedStyle(each).opacity > 0.5 ? at : -1).filter(at => at >= 0)"
    found: list[int] = page.locator(".st-key-confusion .scatterlayer path.point").evaluate_all(script)
    return found


def parameter(page: Page, name: str) -> str | None:
    return parse_qs(urlparse(page.url).query).get(name, [None])[0]


def test_a_click_on_a_cell_shows_its_pictures_and_the_address_opens_them_elsewhere(
    server: str, open_visit: Open
) -> None:
    visit = open_visit(server, PATH)
    page, pictures = visit.page, visit.page.locator(".st-key-cell_pictures")
    wait_until_drawn(page)
    expect(pictures).to_contain_text("Click a cell")
    click_cell(page, CAT, DOG)
    expect(title_of(page)).to_have_text("Really cat: vgg says dog, resnet does not.")
    expect(page).to_have_url(re.compile("cell=3-5"))
    assert marked(page) == [10 * CAT + DOG]
    click_cell(page, SHIP, SHIP, beside_px=16)  # cells are larger than their marks
    expect(title_of(page)).to_have_text("Really ship: vgg says ship, resnet does not.")
    assert marked(page) == [10 * SHIP + SHIP]
    page.get_by_role("radio", name="resnet", exact=True).click()
    expect(title_of(page)).to_have_text("Really ship: resnet says ship.")
    expect(pictures.locator(".cp-shot")).to_have_count(24)

    other = open_visit(server, page.url.removeprefix(server), **PHONE)
    wait_until_drawn(other.page)
    expect(title_of(other.page)).to_have_text("Really ship: resnet says ship.")
    assert marked(other.page) == [10 * SHIP + SHIP]
    choose(other.page, "Really", "cat")
    expect(title_of(other.page)).to_have_text("Really cat: resnet says ship.")
    choose(other.page, "Read as", "dog")
    expect(title_of(other.page)).to_have_text("Really cat: resnet says dog.")
    assert other.page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
    assert visit.is_clean()
    assert other.is_clean()


def test_a_cell_is_chosen_without_a_mouse_and_closed_by_a_second_click(server: str, open_visit: Open) -> None:
    visit = open_visit(server, PATH)
    page, pictures = visit.page, visit.page.locator(".st-key-cell_pictures")
    wait_until_drawn(page)
    choose(page, "Really", "cat")
    expect(title_of(page)).to_have_text("Really cat: vgg says cat, resnet does not.")
    choose(page, "Read as", "dog")
    expect(title_of(page)).to_have_text("Really cat: vgg says dog, resnet does not.")
    assert parameter(page, "cell") == "3-5"
    assert marked(page) == [10 * CAT + DOG]
    click_cell(page, DOG, CAT)
    expect(title_of(page)).to_have_text("Really dog: vgg says cat, resnet does not.")
    assert marked(page) == [10 * DOG + CAT]
    click_cell(page, DOG, CAT)
    expect(pictures).to_contain_text("Click a cell")
    assert parameter(page, "cell") is None
    assert visit.is_clean()


def test_a_picture_opens_to_what_every_network_says_and_more_follow(server: str, open_visit: Open) -> None:
    visit = open_visit(server, PATH)
    page = visit.page
    wait_until_drawn(page)
    shots = page.locator(".cp-shot")
    expect(shots).to_have_count(24)
    shots.nth(3).locator("summary").click()
    rows = shots.nth(3).locator(".cp-opened tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_be_visible()
    expect(rows.first).to_contain_text(re.compile(r"vgg\s*\w+ \d+\.\d %"))
    page.get_by_role("button", name="Show more").click()
    expect(shots).to_have_count(48)
    page.get_by_role("radio", name=re.compile("All are wrong: ")).click()
    expect(shots).to_have_count(24)
    assert parameter(page, "list") == "all"
    assert visit.is_clean()


def test_two_others_are_chosen_and_stand_in_the_address(server: str, open_visit: Open) -> None:
    visit = open_visit(server, PATH)
    page = visit.page
    wait_until_drawn(page)
    choose(page, "A", "lenet")
    expect(page.get_by_role("radio", name="lenet", exact=True)).to_be_visible()
    assert parameter(page, "pair") == "lenet,resnet"
    page.get_by_role("radio", name="Is it real?").click()
    expect(page.locator(".cp-verdict")).to_contain_text("resnet is better by 13.60 points.")
    assert visit.is_clean()

"""What a visitor's eye and hand do: see whether the page stands still, then choose, type and click."""

from playwright.sync_api import FloatRect, Locator, Page, expect

SETTLE_MS = 400
"""A change leaves the browser within this time."""
LOOK_MS = 250


def settle(page: Page) -> None:
    """Waits until the page was run with what was just done: until then, its widgets are the old ones."""
    page.wait_for_timeout(SETTLE_MS)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def choose(page: Page, label: str, option: str) -> None:
    """Takes an option of a box, and waits for what it changes."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("combobox", name=label)).to_have_value(option)
    settle(page)


def set_number(page: Page, label: str, value: str) -> None:
    """Types a number over what is there, and waits for what it changes."""
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Enter")
    settle(page)


def press(page: Page, name: str) -> None:
    """Clicks in the middle of a button, once it stands still and nothing covers it."""
    page.get_by_role("button", name=name, exact=True).click()


def steady_box(part: Locator) -> FloatRect:
    """Where an element is: in view, and at the same place in two looks one after the other."""
    part.scroll_into_view_if_needed()
    before = None
    while (box := part.bounding_box()) is None or box != before:
        before = box
        part.page.wait_for_timeout(LOOK_MS)
    return box


def click_in(part: Locator, x: float = 0.5, y: float = 0.5) -> None:
    """Clicks with the mouse at shares 0..1 of an element, whatever lies over it."""
    box = steady_box(part)
    part.page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

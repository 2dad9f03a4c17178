"""How long an answer takes, from lifting the pen to the changed page; figures hold for a quiet machine."""

import statistics
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visit, home, run_server
from .test_draw import draw_with_mouse, needs_scribe

Open = Callable[..., Visit]
ANSWER_WITHIN_MS, JURY_WITHIN_MS = 350, 500
FIRST_PAGE_WITHIN_S = 4
N_STROKES = 24
PART_WITHIN_S = 2
COMPARED = ["tradeoffs", "curves", "real", "differences", "sure", "sturdy", "report"]
"""Parts of the Compare page, as its address names them."""
PARTS = ".st-key-choice_view [role=radio]"
WATCH = """() => {
  window.changes = {};
  let lifted = null;
  addEventListener("pointerup", () => { lifted = performance.now(); window.changes = {}; }, true);
  new MutationObserver(records => {
    if (lifted === null) return;
    for (const { target } of records) {
      const element = target.nodeType === 1 ? target : target.parentElement;
      for (const name of ["answer", "jury"])
        if (element && element.closest(".st-key-" + name)) window.changes[name] = performance.now() - lifted;
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.mark.soak
@needs_scribe
def test_the_answer_and_the_jury_follow_the_pen(server: str, open_visit: Open) -> None:
    page = open_visit(server).page
    expect(page.locator("canvas.upper-canvas")).to_be_visible()
    draw_with_mouse(page, [[(140, 40), (140, 240)]])
    expect(page.locator(".st-key-jury tbody tr").last).to_contain_text("ms")
    page.wait_for_timeout(3000)
    page.evaluate(WATCH)
    times: dict[str, list[float]] = {"answer": [], "jury": []}
    for n in range(N_STROKES):
        if n % 4 == 0:
            page.get_by_role("button", name="Clear").click()
            page.wait_for_timeout(1000)
        x = 60 + 45 * (n % 4)
        draw_with_mouse(page, [[(x, 60), (x + 10, 150), (x + 3 * (n % 5), 200 + n)]])
        page.wait_for_timeout(1200)
        for name, elapsed_ms in page.evaluate("window.changes").items():
            times[name].append(elapsed_ms)
    medians = {name: statistics.median(values) for name, values in times.items()}
    print("milliseconds from pen up, median:", medians)  # noqa: T201
    assert medians["answer"] <= ANSWER_WITHIN_MS
    assert medians["jury"] <= JURY_WITHIN_MS


@pytest.mark.soak
def test_the_first_page_is_usable_soon_after_the_start(open_visit: Open) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        with run_server() as url:
            expect(open_visit(url).page.locator("canvas.upper-canvas")).to_be_visible()
            times.append(time.monotonic() - began)
    print("seconds from the command to the canvas:", times)  # noqa: T201
    assert statistics.median(times) <= FIRST_PAGE_WITHIN_S


@pytest.mark.soak
@pytest.mark.parametrize("dataset", ["mnist", "cifar10"])
def test_every_part_of_a_comparison_is_drawn_soon(
    dataset: str, tmp_path_factory: pytest.TempPathFactory, open_visit: Open
) -> None:
    """All shipped networks of a data set at once; the first visit of a part fills the caches, the next three count."""
    times: dict[str, list[float]] = {}
    with home(tmp_path_factory.mktemp("compare")), run_server() as url:
        page = open_visit(url, f"/compare?data={dataset}").page
        expect(page.locator(PARTS)).to_have_count(len(COMPARED))
        for view in COMPARED * 4:
            _go_to(page, COMPARED[COMPARED.index(view) - 1])
            times.setdefault(view, []).append(_go_to(page, view))
    warm = {view: round(statistics.median(each[1:]), 2) for view, each in times.items()}
    print(f"seconds until a part stands, all of {dataset}, median of 3:", warm)  # noqa: T201
    assert max(warm.values()) <= PART_WITHIN_S


def _go_to(page: Page, view: str) -> float:
    """Seconds from the click on a part until the whole page stands still, with its charts where it has any."""
    began = time.monotonic()
    page.locator(PARTS).nth(COMPARED.index(view)).click()
    part = page.locator(f".st-key-compare_{view}")
    expect(part).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_function("!document.querySelector('[data-stale=true]')")
    for chart in part.get_by_test_id("stPlotlyChart").all():
        expect(chart.locator(".main-svg").first).to_be_attached()
    return time.monotonic() - began

"""What must hold over many runs and in a full store; figures hold for a quiet machine."""

import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cnnplay.data.catalog import DIGITS
from cnnplay.data.corrections import add_correction, new_hand
from cnnplay.data.drawing import prepare_strokes
from cnnplay.data.store import is_available
from cnnplay.runs.store import open_store
from cnnplay.runs.teaching import read_receipt
from cnnplay.settings import HOME_VARIABLE, database_url
from tests.runs.full_store import fill

from .conftest import Visit, home, run_server
from .hand import choose, press, set_number
from .test_draw import needs_scribe
from .test_teach import hooked_ones
from .test_train import TRAINING_MS

Open = Callable[..., Visit]
pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]
needs_mnist = pytest.mark.skipif(not is_available("mnist"), reason="MNIST is not on this machine")
needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").is_file(), reason="processes are counted in /proc")

MNIST_WITHIN_S, MNIST_ACCURACY, MNIST_EPOCHS = 60.0, 0.99, 4
N_CORRECTIONS, N_LESSONS, TAUGHT_WITHIN_S, TAUGHT_COSTS = 10, 3, 10.0, 0.002
PAGES = ("/draw", "/photo", "/train", "/models", "/compare")
FULL_STORE_COSTS_S = 1.0
N_VISITS = 5
N_RUNS, N_WARM_UP = 50, 10
GROWS_BY_MB = 25.0
"""What Python's own allocator may keep over forty runs."""


def processes_of(folder: Path) -> dict[int, str]:
    """Command lines of all processes that keep their files below a folder, by process id; not this one."""
    found = {}
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            if f"{HOME_VARIABLE}={folder}\0".encode() in (process / "environ").read_bytes():
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it has ended meanwhile
    return found


def memory_mb(folder: Path) -> float:
    """Resident memory of the server that works in this folder."""
    server = next(pid for pid, line in processes_of(folder).items() if "streamlit run" in line)
    kilobytes = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server}/status").read_text())
    assert kilobytes is not None
    return int(kilobytes[1]) / 1000


def start_small_run(page: Page) -> None:
    """One pass of the smallest network over the embedded digits, watched to its end."""
    press(page, "Start training")
    page.wait_for_url(re.compile(r"\?run="))
    expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)
    page.locator("[class*=st-key-chip_chosen] button").click()  # back to the form alone
    expect(page.locator(".cp-empty")).to_contain_text("Press Start")


@needs_mnist
def test_mnist_is_learned_within_a_minute_of_pressing_start(open_visit: Open, tmp_path: Path) -> None:
    with home(tmp_path), run_server() as url:
        page = open_visit(url, "/train").page
        choose(page, "Network", "cnn16_32")
        set_number(page, "Epochs", str(MNIST_EPOCHS))
        expect(page.locator(".st-key-train_resets")).to_contain_text("1 changed")
        page.wait_for_timeout(8000)  # the networks of the other pages are loaded by then
        began = time.monotonic()
        press(page, "Start training")
        expect(page.locator(".st-key-run_status")).to_contain_text("Finished", timeout=TRAINING_MS)
        took_s = time.monotonic() - began
        run = open_store().list_runs()[0]
    sys.stdout.write(f"\n{MNIST_EPOCHS} epochs: {run.accuracy:.2%} after {took_s:.1f} s\n")
    assert run.accuracy is not None
    assert run.accuracy >= MNIST_ACCURACY
    assert took_s <= MNIST_WITHIN_S


@needs_mnist
@needs_scribe
def test_ten_corrections_are_taught_in_seconds(open_visit: Open, tmp_path: Path) -> None:
    with home(tmp_path), run_server() as url:
        hand, took = new_hand(), []
        for strokes in hooked_ones(N_CORRECTIONS):
            image = prepare_strokes(strokes).image[None]
            add_correction(hand, image, classes=DIGITS, label="1", answer="7", prob=0.9, network="scribe")
        for _ in range(N_LESSONS):
            page = open_visit(url, f"/teach?hand={hand}&network=scribe").page
            page.wait_for_timeout(8000)
            began = time.monotonic()
            press(page, f"Teach it {N_CORRECTIONS} corrections")
            expect(page.locator(".st-key-receipt")).to_contain_text(f"of {N_CORRECTIONS}", timeout=TRAINING_MS)
            took.append(time.monotonic() - began)
            page.context.close()
        receipt = read_receipt(open_store().list_runs()[0])
    assert receipt is not None
    change = receipt.accuracy_after - receipt.accuracy_before
    sys.stdout.write(f"\n{receipt.n_learned} of {N_CORRECTIONS} after {took} s; test set {100 * change:+.2f} points\n")
    assert receipt.n_learned >= 0.9 * N_CORRECTIONS
    assert change >= -TAUGHT_COSTS
    assert statistics.median(took) <= TAUGHT_WITHIN_S


def test_a_full_store_opens_its_pages_as_fast_as_an_empty_one(open_visit: Open, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    with home(tmp_path / "full"):
        ids = fill(open_store(), n_runs=1000, n_points=1000)
        assert database_url().endswith("full/runs.sqlite")
        with run_server() as full_url:
            with home(tmp_path / "empty"), run_server() as empty_url:
                took = {
                    (kind, path): [seconds_to_open(open_visit, url, path) for _ in range(N_VISITS)]
                    for path in PAGES
                    for kind, url in (("empty", empty_url), ("full", full_url))
                }
            one = [seconds_to_open(open_visit, full_url, f"/train?run={ids[500]}") for _ in range(N_VISITS)]
    took["full", "a run"] = one
    medians = {name: statistics.median(times) for name, times in took.items()}
    sys.stdout.write("\n" + "\n".join(f"{kind:<6} {path:<8} {s:5.2f} s" for (kind, path), s in medians.items()) + "\n")
    for path in PAGES:
        assert medians["full", path] - medians["empty", path] <= FULL_STORE_COSTS_S
    assert medians["full", "a run"] - medians["empty", "/train"] <= FULL_STORE_COSTS_S


def seconds_to_open(open_visit: Open, url: str, path: str) -> float:
    """From the request to a page that Streamlit has finished."""
    began = time.monotonic()
    page = open_visit(url, path).page
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
    took_s = time.monotonic() - began
    page.context.close()
    return took_s


@needs_proc
def test_memory_is_flat_over_fifty_runs_and_nothing_is_left_behind(open_visit: Open, tmp_path: Path) -> None:
    with home(tmp_path):
        with run_server() as url:
            page = open_visit(url, "/train").page
            choose(page, "Network", "fc2")
            choose(page, "Data set", "MNIST-5k")
            set_number(page, "Epochs", "1")
            expect(page.locator(".st-key-train_resets")).to_contain_text("1 changed")
            memory = []
            for _ in range(N_RUNS):
                start_small_run(page)
                memory.append(memory_mb(tmp_path))
            set_number(page, "Epochs", "1000")
            press(page, "Start training")
            expect(page.locator(".st-key-run_status")).to_contain_text("Training", timeout=TRAINING_MS)
        left = list(processes_of(tmp_path).values())
        assert len(left) == 1
        assert "cnnplay worker" in left[0]
    marks = ", ".join(f"{memory[i]:.0f}" for i in (0, N_WARM_UP - 1, N_RUNS // 2 - 1, N_RUNS - 1))
    sys.stdout.write(f"\nMB of the server after 1, {N_WARM_UP}, {N_RUNS // 2} and {N_RUNS} runs: {marks}\n")
    assert statistics.median(memory[-5:]) - statistics.median(memory[N_WARM_UP : N_WARM_UP + 5]) <= GROWS_BY_MB

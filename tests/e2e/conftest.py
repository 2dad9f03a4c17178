"""The real server and a real browser. Each server is the test's own process, and only that one is stopped."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from cnnplay.runs.schema import ACTIVE
from cnnplay.runs.store import open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE

PROJECT = Path(__file__).parents[2]
CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
START_TIMEOUT_S = 60
WAIT_MS = 60_000


@contextmanager
def home(folder: Path | str, **variables: str) -> Iterator[None]:
    """What is made inside the block is kept below this folder, by workers without a GPU; none of them outlives it.

    Args:
        folder: of the data sets, runs and corrections.
        variables: further environment variables.
    """
    changed = {HOME_VARIABLE: str(folder), DATABASE_VARIABLE: "", "CUDA_VISIBLE_DEVICES": "", **variables}
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        stop_all()
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def stop_all() -> None:
    """Leaves no worker behind, whatever a test came to."""
    store = open_store()
    for run in (*store.list_runs(), *store.list_runs(kind="measurement")):
        if run.state in ("queued", *ACTIVE):
            store.stop(run.id)


@contextmanager
def run_server() -> Iterator[str]:
    """Starts `streamlit run app.py` on a free port and yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.headless", "true", "--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    process = subprocess.Popen([*command, *options], cwd=PROJECT, env=dict(os.environ), stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_healthy(f"{url}/_stcore/health", process)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended before it was up"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise AssertionError(f"no answer from {url} within {START_TIMEOUT_S} s")


@dataclass
class Visit:
    """One page in the browser, with everything that went wrong in it."""

    page: Page
    url: str
    console_errors: list[str] = field(default_factory=list)
    outside_requests: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.on("console", lambda message: self._note(message.type, message.text, message.location))
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("websocket", lambda socket_: self._note_request(socket_.url))

    def _note(self, kind: str, text: str, location: dict[str, object]) -> None:
        # Streamlit looks for its server under the page's own path first, and the browser logs that it is not there.
        looked_for_server = "404" in text and "/_stcore/" in str(location.get("url"))
        if kind == "error" and not looked_for_server:
            self.console_errors.append(text)

    def _note_request(self, url: str) -> None:
        if not url.startswith((self.url, self.url.replace("http", "ws"), "data:", "blob:")):
            self.outside_requests.append(url)

    def is_clean(self) -> bool:
        """True where nothing was logged as an error and nothing was asked of anybody else; else tells what."""
        assert self.console_errors == []
        assert self.outside_requests == []
        return True


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """One warm server for the tests that do not need their own."""
    with run_server() as url:
        yield url


@pytest.fixture
def open_visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    contexts: list[BrowserContext] = []

    def open_(url: str, path: str = "/", **options: object) -> Visit:
        context = chromium.new_context(**(options or DESKTOP))  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        visit = Visit(context.new_page(), url)
        visit.watch()
        visit.page.goto(url + path)
        return visit

    yield open_
    for context in contexts:
        context.close()

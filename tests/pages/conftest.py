"""The app without a browser, with small untrained networks in place of the shipped ones."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnnplay.models.arithmetic import count_parameters
from cnnplay.models.card import Card, checkpoint_files, write_card
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build, get_spec
from cnnplay.settings import CHECKPOINTS_VARIABLE, DATA_VARIABLE, DATABASE_VARIABLE, HOME_VARIABLE, PROJECT_DIR
from cnnplay.ui import predictors, run_queue

APP = Path(__file__).parents[2] / "app.py"
TIMEOUT_S = 120


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run store and files of the test's own, and no GPU."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    yield tmp_path / "home"
    st.cache_data.clear()
    st.cache_resource.clear()


def make_checkpoint(folder: Path, key: str) -> None:
    spec = get_spec(key)
    files = checkpoint_files(folder, key, spec.dataset)
    model = build(key)
    save_weights(model, files.weights, key=key)
    card = Card(
        model=key, dataset=spec.dataset, recipe="modern", seed=0, config={}, data_hash="0", code_version="0",
        trained_at="2026-01-01", device="cpu", hardware="2 cores", precision="float32", torch_version="2", wall_s=100.0,
        images_per_s=1000.0, n_params=count_parameters(model), macs=4_321_000, size_bytes=files.weights.stat().st_size,
        accuracy=0.9123, accuracy_low=0.9066, accuracy_high=0.9177, n_test=10_000,
        per_class_accuracy={"3": 0.95, "8": 0.81}, train_accuracy=0.9, limits=("Reads one digit at a time.",),
    )  # fmt: skip
    write_card(files.card, card)


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    for key in ("fc2", "cnn6", "lenet5", "lenet"):
        make_checkpoint(folder, key)
    return folder


@pytest.fixture
def open_page(untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """Opens app.py and goes to a page.

    `networks=False` leaves it without a single network, `shipped=True` has the project's own; `address` holds the
    parameters of the page's address.
    """
    monkeypatch.setattr(predictors, "warm_up", lambda: None)
    monkeypatch.setattr(run_queue, "start_waiting_runs", lambda: None)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "no-data"))

    def open_(
        page: str,
        *,
        networks: bool = True,
        shipped: bool = False,
        address: Mapping[str, str] = MappingProxyType({}),
        **session: object,
    ) -> AppTest:
        folder = PROJECT_DIR / "checkpoints" if shipped else untrained if networks else tmp_path / "none"
        monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(folder))
        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT_S)
        for name, value in session.items():
            app.session_state[name] = value
        app.run()
        app.switch_page(f"pages/{page}.py")
        for name, value in address.items():
            app.query_params[name] = value
        return app.run()

    yield open_
    st.cache_resource.clear()
    st.cache_data.clear()

"""A data set small enough to be made, written and damaged many times."""

from pathlib import Path

import numpy as np
import pytest

from cnnplay.data.catalog import DatasetSpec
from cnnplay.data.store import Dataset


@pytest.fixture(scope="session")
def tiny_dataset() -> Dataset:
    rng = np.random.default_rng(0)
    spec = DatasetSpec(
        key="tiny",
        title="Tiny",
        classes=("a", "b", "c"),
        image_shape=(1, 4, 5),
        n_train=7,
        n_test=3,
        source="made for a test",
        licence="none",
        citation="none",
    )
    return Dataset(
        spec=spec,
        train_images=rng.integers(0, 256, (7, 1, 4, 5), dtype=np.uint8),
        train_labels=rng.integers(0, 3, 7, dtype=np.uint8),
        test_images=rng.integers(0, 256, (3, 1, 4, 5), dtype=np.uint8),
        test_labels=rng.integers(0, 3, 3, dtype=np.uint8),
    )


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """An empty CNNPLAY_DATA and an empty CNNPLAY_HOME."""
    data, home = tmp_path / "data", tmp_path / "home"
    monkeypatch.setenv("CNNPLAY_DATA", str(data))
    monkeypatch.setenv("CNNPLAY_HOME", str(home))
    return data, home

from pathlib import Path

import numpy as np
import pytest

from cnnplay.data.store import content_hash, image_hashes, is_available, load_dataset

CONTENT_HASH = "980320b0950abd050b3b6a687710668e"  # fixed, so that results on its test split stay comparable


def test_the_split_is_stratified_disjoint_and_always_the_same() -> None:
    dataset = load_dataset("mnist-5k")
    assert np.bincount(dataset.train_labels).tolist() == [400] * 10
    assert np.bincount(dataset.test_labels).tolist() == [100] * 10
    assert not set(image_hashes(dataset.train_images)) & set(image_hashes(dataset.test_images))
    assert content_hash(dataset) == CONTENT_HASH


def test_both_splits_are_in_random_order() -> None:
    dataset = load_dataset("mnist-5k")
    for labels in (dataset.train_labels, dataset.test_labels):
        assert len(set(labels[:50].tolist())) == 10


def test_images_are_digits_in_white_on_black() -> None:
    images = load_dataset("mnist-5k").train_images
    assert images.shape[1:] == (1, 28, 28)
    assert images.max() == 255
    assert 25 < images.mean() < 40
    assert images[:, :, 0, 0].max() == 0


def test_it_needs_no_writable_data_folder(folders: tuple[Path, Path], tmp_path: Path) -> None:
    blocked, home = folders
    blocked.write_text("a file where the folder should be, which not even root can write into")
    assert is_available("mnist-5k")
    load_dataset("mnist-5k")
    assert [path.name for path in (home / "data").iterdir()] == ["mnist-5k.safetensors"]


def test_it_is_unpacked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    load_dataset("mnist-5k")

    def refuse() -> None:
        raise AssertionError("unpacked again")

    monkeypatch.setattr("cnnplay.data.embedded.unpack_mnist_5k", refuse)
    load_dataset("mnist-5k")

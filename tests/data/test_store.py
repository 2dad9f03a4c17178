import json
import os
from contextlib import suppress
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy
from safetensors.numpy import save_file

from cnnplay.data import arrayfile
from cnnplay.data.arrayfile import read_arrays
from cnnplay.data.catalog import DatasetSpec, get_dataset_spec
from cnnplay.data.store import (
    ARRAY_NAMES,
    Dataset,
    content_hash,
    image_hashes,
    is_available,
    load_dataset,
    open_dataset,
    write_dataset,
)
from cnnplay.errors import DataError, DataMissingError, InputError

# Of the 70,000 images and labels of MNIST, whatever their order.
MNIST_CONTENT_HASH = "235b429aa06927746e2990db5ad61d85"


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    shape = draw(st.tuples(st.sampled_from([1, 3]), st.integers(1, 5), st.integers(1, 5)))
    n_classes = draw(st.integers(1, 256))
    arrays: dict[str, Any] = {}
    for split in ("train", "test"):
        n = draw(st.integers(1, 6))
        arrays[f"{split}_images"] = draw(st_numpy.arrays(np.uint8, (n, *shape)))
        arrays[f"{split}_labels"] = draw(
            st_numpy.arrays(np.uint8, (n,), elements=st.integers(0, n_classes - 1), fill=st.nothing())
        )
    spec = DatasetSpec(
        key="drawn",
        title="Drawn",
        classes=tuple(str(i) for i in range(n_classes)),
        image_shape=shape,
        n_train=0,
        n_test=0,
        source=draw(st.text(max_size=20).filter(lambda text: text.isprintable())),
        licence="none",
        citation="none",
    )
    return Dataset(spec=spec, **arrays)


@given(dataset=datasets())
def test_what_is_written_is_read_back(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("store") / "drawn.safetensors"
    write_dataset(path, dataset)
    again = open_dataset(path, dataset.spec)
    for name in ARRAY_NAMES:
        np.testing.assert_array_equal(getattr(again, name), getattr(dataset, name), strict=True)
    _, metadata = read_arrays(path)
    assert json.loads(metadata["classes"]) == list(dataset.spec.classes)
    assert metadata["source"] == dataset.spec.source
    assert metadata["hash"] == content_hash(again)


@given(dataset=datasets(), seed=st.integers(0, 2**32 - 1))
def test_content_hash_does_not_depend_on_order(dataset: Dataset, seed: int) -> None:
    rng = np.random.default_rng(seed)
    train, test = rng.permutation(len(dataset.train_labels)), rng.permutation(len(dataset.test_labels))
    shuffled = replace(
        dataset,
        train_images=dataset.train_images[train],
        train_labels=dataset.train_labels[train],
        test_images=dataset.test_images[test],
        test_labels=dataset.test_labels[test],
    )
    assert content_hash(shuffled) == content_hash(dataset)


def test_content_hash_depends_on_pixels_labels_pairing_and_split(tiny_dataset: Dataset) -> None:
    brighter = tiny_dataset.train_images.copy()
    brighter[0, 0, 0, 0] ^= 1
    labels = np.array([0, 1, 2, 0, 1, 2, 0], dtype=np.uint8)
    relabelled = replace(tiny_dataset, train_labels=labels)
    hashes = {
        content_hash(tiny_dataset),
        content_hash(replace(tiny_dataset, train_images=brighter)),
        content_hash(relabelled),
        content_hash(replace(relabelled, train_labels=labels[::-1].copy())),
        content_hash(
            replace(
                tiny_dataset,
                train_images=tiny_dataset.test_images,
                train_labels=tiny_dataset.test_labels,
                test_images=tiny_dataset.train_images,
                test_labels=tiny_dataset.train_labels,
            )
        ),
    }
    assert len(hashes) == 5


def test_image_hashes_are_blake2b_of_each_image(tiny_dataset: Dataset) -> None:
    images = tiny_dataset.train_images
    expected = [int.from_bytes(blake2b(image.tobytes(), digest_size=8).digest(), "little") for image in images]
    hashes = image_hashes(images)
    assert hashes.dtype == np.uint64
    assert hashes.tolist() == expected
    np.testing.assert_array_equal(image_hashes(images[::-1]), hashes[::-1])


def test_arrays_are_read_only_memory_maps(tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    write_dataset(path, tiny_dataset)
    again = open_dataset(path, tiny_dataset.spec)
    assert isinstance(again.train_images, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        again.train_images[0] = 0


@given(part=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_refused(
    part: float, tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cut") / "tiny.safetensors"
    write_dataset(path, tiny_dataset)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(DataError, match="damaged"):
        open_dataset(path, tiny_dataset.spec)


@given(at=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=8))
def test_a_garbled_header_is_refused_or_harmless(
    at: float, noise: bytes, tiny_dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("garbled") / "tiny.safetensors"
    write_dataset(path, tiny_dataset)
    raw = bytearray(path.read_bytes())
    start = int(at * (8 + int.from_bytes(raw[:8], "little")))
    raw[start : start + len(noise)] = noise
    path.write_bytes(raw)
    with suppress(DataError):  # anything else that is raised fails the test
        assert open_dataset(path, tiny_dataset.spec).train_images.shape[1:] == tiny_dataset.spec.image_shape


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>404</html>" * 100,
        (50_000).to_bytes(8, "little") + b"[" * 50_000,
        (20).to_bytes(8, "little") + b'{"train_images": 12}',
        (17).to_bytes(8, "little") + b'["train_images" ]',
    ],
    ids=["empty", "web page", "nested", "no entry", "list"],
)
def test_another_file_is_refused(content: bytes, tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        open_dataset(path, tiny_dataset.spec)


def test_a_folder_in_place_of_the_file_is_refused(tiny_dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        open_dataset(tmp_path, tiny_dataset.spec)


def test_floats_are_refused(tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    save_file({name: np.zeros((2, 2), np.float32) for name in ARRAY_NAMES}, path)
    with pytest.raises(DataError, match="stored as F32, not as U8"):
        open_dataset(path, tiny_dataset.spec)


def test_a_missing_array_is_named(tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    save_file({"train_images": np.zeros((2, 1, 4, 5), np.uint8)}, path)
    with pytest.raises(DataError, match="holds no train_labels"):
        open_dataset(path, tiny_dataset.spec)


def test_another_data_set_is_refused(tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "mnist.safetensors"
    write_dataset(path, tiny_dataset)
    with pytest.raises(DataError, match=r"does not hold MNIST: images must be \(N, 1, 28, 28\).*got \(7, 1, 4, 5\)"):
        open_dataset(path, get_dataset_spec("mnist"))


@pytest.mark.parametrize(
    "change",
    [
        {"train_labels": np.array([0, 1, 2, 3, 0, 0, 0], np.uint8)},
        {"train_labels": np.zeros(6, np.uint8)},
        {"train_images": np.zeros((0, 1, 4, 5), np.uint8), "train_labels": np.zeros(0, np.uint8)},
        {"test_images": np.zeros((3, 1, 4, 5), np.float32)},
        {"test_images": np.zeros((3, 4, 5), np.uint8)},
    ],
    ids=["label too large", "label missing", "no images", "floats", "no channel"],
)
def test_what_does_not_fit_is_not_written(change: dict[str, Any], tiny_dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        write_dataset(tmp_path / "tiny.safetensors", replace(tiny_dataset, **change))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file(
    failure: BaseException, tiny_dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tiny.safetensors"
    path.write_bytes(b"old")

    def fill_half_the_disk(_arrays: object, part: Path, **_options: object) -> None:
        part.write_bytes(b"half")
        raise failure

    monkeypatch.setattr(arrayfile, "save_file", fill_half_the_disk)
    with pytest.raises((DataError, KeyboardInterrupt)):
        write_dataset(path, tiny_dataset)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("tiny.safetensors", b"old")]


def test_other_users_may_read_a_written_set(tiny_dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "tiny.safetensors"
    write_dataset(path, tiny_dataset)
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_missing_set_names_the_command_that_gets_it(folders: tuple[Path, Path]) -> None:
    assert not is_available("kmnist")
    with pytest.raises(DataMissingError, match="python -m cnnplay data kmnist --download"):
        load_dataset("kmnist")


def test_an_unknown_key_is_not_looked_for() -> None:
    with pytest.raises(InputError, match="no data set"):
        load_dataset("../mnist")


@pytest.mark.parametrize("place", [0, 1], ids=["CNNPLAY_DATA", "CNNPLAY_HOME"])
def test_a_set_is_found_in_either_folder(place: int, folders: tuple[Path, Path], tiny_dataset: Dataset) -> None:
    rng = np.random.default_rng(1)
    dataset = replace(
        tiny_dataset,
        spec=get_dataset_spec("mnist"),
        train_images=rng.integers(0, 256, (7, 1, 28, 28), dtype=np.uint8),
        test_images=rng.integers(0, 256, (3, 1, 28, 28), dtype=np.uint8),
    )
    write_dataset((folders[0] if place == 0 else folders[1] / "data") / "mnist.safetensors", dataset)
    assert is_available("mnist")
    np.testing.assert_array_equal(load_dataset("mnist").train_images, dataset.train_images)


@pytest.mark.skipif(not os.environ.get("CNNPLAY_DATA"), reason="CNNPLAY_DATA is not set: no real MNIST here")
def test_the_real_mnist_has_its_known_content() -> None:
    if not is_available("mnist"):
        pytest.skip("there is no MNIST in CNNPLAY_DATA")
    dataset = load_dataset("mnist")
    assert (len(dataset.train_labels), len(dataset.test_labels)) == (60_000, 10_000)
    assert content_hash(dataset) == MNIST_CONTENT_HASH

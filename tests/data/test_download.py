"""Downloads from a server on this machine, through torchvision's own code."""

import gc
import socket
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torchvision import datasets

from cnnplay.cli.main import main
from cnnplay.data import catalog, download
from cnnplay.data.download import download_dataset
from cnnplay.data.store import load_dataset
from cnnplay.errors import DataError, DownloadError, InputError
from tests.data.mirror import Behaviour, Mirror, idx_gz, md5, old_pickle, running, tar_gz

N_TRAIN, N_TEST = 20, 10  # CIFAR's training part comes in five files
RNG = np.random.default_rng(0)
IDX_ARRAYS = {
    "train-images-idx3-ubyte.gz": RNG.integers(0, 256, (N_TRAIN, 28, 28), dtype=np.uint8),
    "train-labels-idx1-ubyte.gz": RNG.integers(0, 10, N_TRAIN, dtype=np.uint8),
    "t10k-images-idx3-ubyte.gz": RNG.integers(0, 256, (N_TEST, 28, 28), dtype=np.uint8),
    "t10k-labels-idx1-ubyte.gz": RNG.integers(0, 10, N_TEST, dtype=np.uint8),
}
CIFAR_ROWS = RNG.integers(0, 256, (N_TRAIN + N_TEST, 3 * 32 * 32), dtype=np.uint8)
CIFAR_LABELS = RNG.integers(0, 10, N_TRAIN + N_TEST, dtype=np.uint8)

Folders = tuple[Path, Path]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture(autouse=True)
def forget_refusals(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect the answer 503, which torchvision leaves open, before another test is blamed for it."""
    yield
    if "busy" in request.node.name:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture
def expect_few(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the catalog expect the small copy of a set."""

    def expect(key: str) -> None:
        small = replace(catalog.DATASETS[key], n_train=N_TRAIN, n_test=N_TEST)
        monkeypatch.setitem(catalog.DATASETS, key, small)

    return expect


@pytest.fixture
def mirror(
    monkeypatch: pytest.MonkeyPatch, folders: Folders, expect_few: Callable[[str], None], request: pytest.FixtureRequest
) -> Iterator[Mirror]:
    """A server of the MNIST family."""
    files = {name: idx_gz(array) for name, array in IDX_ARRAYS.items()}
    with running(Mirror(files)) as server:
        for key, source in {
            "mnist": datasets.MNIST,
            "fashion-mnist": datasets.FashionMNIST,
            "kmnist": datasets.KMNIST,
        }.items():
            monkeypatch.setattr(source, "mirrors", [server.url])
            monkeypatch.setattr(source, "resources", [(name, md5(content)) for name, content in files.items()])
            expect_few(key)
        yield server


@pytest.fixture(params=["cifar10", "cifar100"])
def cifar_mirror(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    folders: Folders,
    expect_few: Callable[[str], None],
) -> Iterator[tuple[str, Mirror]]:
    """A server of one of the CIFAR archives, and the key of the set."""
    key = request.param
    source: Any = {"cifar10": datasets.CIFAR10, "cifar100": datasets.CIFAR100}[key]
    label_name = {"cifar10": "labels", "cifar100": "fine_labels"}[key]
    train_names, test_names = [name for name, _ in source.train_list], [name for name, _ in source.test_list]
    parts = [*np.split(np.arange(N_TRAIN), len(train_names)), np.arange(N_TRAIN, N_TRAIN + N_TEST)]
    content = {
        name: old_pickle({"data": CIFAR_ROWS[part], label_name: CIFAR_LABELS[part].tolist()})
        for name, part in zip(train_names + test_names, parts, strict=True)
    }
    content[source.meta["filename"]] = old_pickle({source.meta["key"]: list(catalog.DATASETS[key].classes)})
    archive = tar_gz({f"{source.base_folder}/{name}": data for name, data in content.items()})
    with running(Mirror({source.filename: archive})) as server:
        monkeypatch.setattr(source, "url", f"{server.url}{source.filename}")
        monkeypatch.setattr(source, "tgz_md5", md5(archive))
        monkeypatch.setattr(source, "train_list", [[name, md5(content[name])] for name in train_names])
        monkeypatch.setattr(source, "test_list", [[name, md5(content[name])] for name in test_names])
        monkeypatch.setattr(source, "meta", {**source.meta, "md5": md5(content[source.meta["filename"]])})
        expect_few(key)
        yield key, server


def files_below(*folders: Path) -> list[str]:
    return sorted(path.name for folder in folders for path in folder.rglob("*"))


@pytest.mark.parametrize("key", ["mnist", "fashion-mnist", "kmnist"])
def test_the_mnist_family_arrives_whole(key: str, mirror: Mirror, folders: Folders) -> None:
    path = download_dataset(key)
    assert path == folders[0] / f"{key}.safetensors"
    assert files_below(*folders) == [path.name]
    dataset = load_dataset(key)
    np.testing.assert_array_equal(dataset.train_images[:, 0], IDX_ARRAYS["train-images-idx3-ubyte.gz"])
    np.testing.assert_array_equal(dataset.train_labels, IDX_ARRAYS["train-labels-idx1-ubyte.gz"])
    np.testing.assert_array_equal(dataset.test_images[:, 0], IDX_ARRAYS["t10k-images-idx3-ubyte.gz"])
    np.testing.assert_array_equal(dataset.test_labels, IDX_ARRAYS["t10k-labels-idx1-ubyte.gz"])


def test_the_cifar_sets_arrive_whole(cifar_mirror: tuple[str, Mirror], folders: Folders) -> None:
    key, _ = cifar_mirror
    path = download_dataset(key)
    assert files_below(*folders) == [path.name]
    dataset = load_dataset(key)
    np.testing.assert_array_equal(dataset.train_images.reshape(N_TRAIN, -1), CIFAR_ROWS[:N_TRAIN])
    np.testing.assert_array_equal(dataset.test_images.reshape(N_TEST, -1), CIFAR_ROWS[N_TRAIN:])
    np.testing.assert_array_equal(dataset.train_labels, CIFAR_LABELS[:N_TRAIN])
    np.testing.assert_array_equal(dataset.test_labels, CIFAR_LABELS[N_TRAIN:])


FAILURES: dict[Behaviour, str] = {
    "cut": "incomplete or was changed",
    "short": "incomplete or was changed",
    "tampered": "incomplete or was changed",
    "web page": "incomplete or was changed",
    "busy": "HTTP Error 503",
    "silent": "no connection to the server",
}


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_failed_download_leaves_nothing_and_a_retry_works(
    behaviour: Behaviour, mirror: Mirror, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "STALL_TIMEOUT_S", 0.3)
    mirror.behaviour = behaviour
    with pytest.raises(DownloadError, match=rf"{FAILURES[behaviour]}.*python -m cnnplay data mnist --download"):
        download_dataset("mnist")
    assert files_below(*folders) == []
    mirror.behaviour = "good"
    download_dataset("mnist")
    assert len(load_dataset("mnist").test_labels) == N_TEST


@pytest.mark.parametrize("behaviour", FAILURES)
def test_a_failed_archive_leaves_nothing_and_a_retry_works(
    behaviour: Behaviour, cifar_mirror: tuple[str, Mirror], folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, mirror = cifar_mirror
    monkeypatch.setattr(download, "STALL_TIMEOUT_S", 0.3)
    mirror.behaviour = behaviour
    with pytest.raises(DownloadError, match=rf"{FAILURES[behaviour]}.*python -m cnnplay data {key} --download"):
        download_dataset(key)
    assert files_below(*folders) == []
    mirror.behaviour = "good"
    download_dataset(key)
    assert len(load_dataset(key).test_labels) == N_TEST


def test_the_second_mirror_serves_what_the_first_damaged(
    mirror: Mirror, folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Mirror(mirror.files)) as bad:
        bad.behaviour = "tampered"
        monkeypatch.setattr(datasets.MNIST, "mirrors", [bad.url, mirror.url])
        download_dataset("mnist")
    assert len(bad.requests) >= len(IDX_ARRAYS)
    assert load_dataset("mnist").train_images.shape == (N_TRAIN, 1, 28, 28)


def test_an_interrupted_download_leaves_nothing_and_a_retry_works(
    mirror: Mirror, folders: Folders, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror.behaviour = "interrupt"
    mirror.bytes_on_disk = lambda: sum(path.stat().st_size for path in folders[0].rglob("*.gz"))
    assert main(["data", "mnist", "--download", "--json"]) == 130
    assert files_below(*folders) == []
    assert capsys.readouterr().out == ""
    mirror.behaviour = "good"
    assert main(["data", "mnist", "--download", "--json"]) == 0
    assert files_below(*folders) == ["mnist.safetensors"]


def test_without_a_network_one_sentence_names_the_command(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    monkeypatch.setattr(datasets.KMNIST, "mirrors", [f"http://127.0.0.1:{port}/"])
    with pytest.raises(DownloadError) as caught:
        download_dataset("kmnist")
    assert str(caught.value) == (
        "KMNIST could not be downloaded: no connection to the server (Connection refused); nothing was written, "
        "try again with: python -m cnnplay data kmnist --download"
    )
    assert files_below(*folders) == []


def test_a_set_of_another_size_is_refused(mirror: Mirror, folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog.DATASETS, "mnist", replace(catalog.DATASETS["mnist"], n_train=60_000))
    with pytest.raises(DownloadError, match="20 training and 10 test images instead of 60000 and 10"):
        download_dataset("mnist")
    assert files_below(*folders) == []


def test_what_is_there_is_not_fetched_again(mirror: Mirror) -> None:
    download_dataset("mnist")
    n_requests = len(mirror.requests)
    download_dataset("mnist")
    assert len(mirror.requests) == n_requests


def test_a_damaged_file_is_replaced(mirror: Mirror, folders: Folders) -> None:
    path = download_dataset("mnist")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="truncated"):
        load_dataset("mnist")
    assert download_dataset("mnist") == path
    assert load_dataset("mnist").test_labels.tolist() == IDX_ARRAYS["t10k-labels-idx1-ubyte.gz"].tolist()


def test_a_data_folder_that_cannot_be_written_is_passed_over(mirror: Mirror, folders: Folders) -> None:
    blocked, home = folders
    blocked.write_text("a file where the folder should be, which not even root can write into")
    assert download_dataset("mnist") == home / "data" / "mnist.safetensors"
    assert load_dataset("mnist").train_images.shape == (N_TRAIN, 1, 28, 28)


def test_no_folder_that_can_be_written_is_an_error_in_words(mirror: Mirror, folders: Folders) -> None:
    for folder in folders:
        folder.write_text("in the way")
    with pytest.raises(DataError, match="No folder for data sets can be written"):
        download_dataset("mnist")
    assert mirror.requests == []


def test_an_unknown_set_is_not_asked_for() -> None:
    with pytest.raises(InputError, match="no data set 'svhn'"):
        download_dataset("svhn")


@pytest.mark.parametrize(("show_progress", "shown"), [(True, True), (False, False)])
def test_the_progress_bar_is_shown_on_stderr_unless_hidden(
    show_progress: bool, shown: bool, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    download_dataset("mnist", show_progress=show_progress)
    out, err = capfd.readouterr()
    assert out == ""
    assert ("MNIST: 100%" in err) is shown


def test_the_settings_of_torchvision_and_of_sockets_are_put_back(mirror: Mirror) -> None:
    before = datasets.utils.tqdm, socket.getdefaulttimeout()
    mirror.behaviour = "tampered"
    with pytest.raises(DownloadError):
        download_dataset("mnist")
    assert (datasets.utils.tqdm, socket.getdefaulttimeout()) == before

"""Looking back at a network as it was during its training."""

from pathlib import Path

import numpy as np
import pytest
import torch

from cnnplay.data.store import load_dataset
from cnnplay.errors import CheckpointError
from cnnplay.inference.replay import count_confusion, first_kernels, look_back, probs_then
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build, get_spec
from cnnplay.training.feed import Pictures
from cnnplay.training.loop import Trainer
from cnnplay.training.recipes import make_config


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same network before and after a short training on real digits."""
    data = load_dataset("mnist-5k")
    pictures = Pictures(np.asarray(data.train_images), np.asarray(data.train_labels).astype(np.int64))
    config = make_config("cnn6", dataset="mnist-5k", epochs=6, device="cpu", precision="fp32", batch_size=64)
    trainer = Trainer(config, pictures)
    folder = tmp_path_factory.mktemp("snapshots")
    paths = {name: folder / f"{name}.safetensors" for name in ("before", "after")}
    save_weights(trainer.model, paths["before"], key="cnn6")
    for _ in trainer.run():
        pass
    save_weights(trainer.model, paths["after"], key="cnn6")
    return paths


def test_it_knows_more_after_training_than_before(snapshots: dict[str, Path]) -> None:
    data = load_dataset("mnist-5k")
    before, after = (look_back(snapshots[name], data, n_test=300) for name in ("before", "after"))
    assert before.n_test == after.n_test == 300
    assert before.accuracy < 0.4
    assert after.accuracy > 0.85
    assert after.classes == data.spec.classes
    assert before.kernels is not None
    assert after.kernels is not None
    assert before.kernels.shape == after.kernels.shape
    assert not np.allclose(before.kernels, after.kernels)


def test_rows_of_the_confusion_are_the_true_classes(snapshots: dict[str, Path]) -> None:
    data = load_dataset("mnist-5k")
    moment = look_back(snapshots["after"], data, n_test=len(data.test_labels))
    assert moment.confusion.sum(1).tolist() == np.bincount(np.asarray(data.test_labels), minlength=10).tolist()


def test_counts_go_to_truth_and_answer() -> None:
    found = count_confusion(np.array([0, 0, 2, 1]), np.array([0, 2, 2, 0]), n_classes=3)
    assert found.tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 1]]


def test_a_picture_gets_probabilities_from_each_snapshot(snapshots: dict[str, Path]) -> None:
    data = load_dataset("mnist-5k")
    image, label = np.asarray(data.test_images[0]), int(data.test_labels[0])
    before, after = (probs_then(snapshots[name], image, dataset="mnist-5k") for name in ("before", "after"))
    assert before.shape == after.shape == (10,)
    assert after.sum() == pytest.approx(1, abs=1e-5)
    assert after[label] > before[label]


@pytest.mark.parametrize(
    ("key", "shape"), [("fc2", (8, 1, 28, 28)), ("cnn6", (6, 1, 5, 5)), ("speedrun", (24, 3, 2, 2))]
)
def test_first_kernels_are_pictures(key: str, shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    model = build(key)
    kernels = first_kernels(model, get_spec(key))
    assert kernels is not None
    assert kernels.shape == shape


def test_a_damaged_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "step-00000001.safetensors"
    path.write_bytes(b"half a file")
    with pytest.raises(CheckpointError):
        look_back(path, load_dataset("mnist-5k"))

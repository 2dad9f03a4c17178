"""Networks that come as files: what is whole is measured and kept, and everything else is refused in one sentence."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from cnnplay.data.store import load_dataset
from cnnplay.errors import CheckpointError, InputError
from cnnplay.inference.predictor import load_predictor
from cnnplay.models.card import read_card
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import MODELS, build
from cnnplay.runs.export import export_safetensors
from cnnplay.runs.imported import examine_file, import_network
from cnnplay.runs.store import open_store
from cnnplay.runs.weights import find_weights, trained_from_run
from cnnplay.settings import DATA_VARIABLE, run_dir

TENSORS = {name: value.contiguous() for name, value in build("fc2").state_dict().items()}


@pytest.fixture(autouse=True)
def no_calibration(monkeypatch):
    """It takes longer than all the rest."""
    monkeypatch.setattr("cnnplay.runs.conclusion.calibrate", lambda card, *_, **__: card)


@pytest.fixture
def file(tmp_path):
    def write(tensors=TENSORS, name="mine.safetensors", **metadata):
        path = tmp_path / name
        save_file(tensors, path, metadata={"model": "fc2", **metadata})
        return path

    return write


@pytest.fixture
def store(home):
    store = open_store()
    yield store
    store.close()


def test_a_network_is_measured_and_kept_as_a_finished_run(store, file):
    path = file(name="From a friend.safetensors", dataset="mnist-5k", card=json.dumps({"accuracy": 1.0}))
    run = import_network(path, store)
    assert (run.name, run.state, run.recipe, run.epochs) == ("From a friend", "finished", "imported", 0)
    assert store.list_runs() == (run,)
    weights = find_weights(run)
    mine = load_file(weights)
    assert mine.keys() == TENSORS.keys()
    assert all(torch.equal(mine[name], TENSORS[name]) for name in mine)
    card = read_card(weights.with_suffix(".json"))
    dataset = load_dataset("mnist-5k")
    right = load_predictor(weights).logits(np.array(dataset.test_images)).argmax(1) == dataset.test_labels
    assert card.accuracy == run.accuracy == right.mean() < 0.5
    assert (card.recipe, card.classes) == ("imported", tuple("0123456789"))
    assert set(store.artefacts(run.id)) == {path.name for path in run_dir(run.id).iterdir()}


def test_without_the_data_there_is_no_card_and_no_accuracy(store, file, tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "none"))
    run = import_network(file(dataset="kmnist"), store, name=" My \n\x1b[31m net ")
    assert (run.name, run.accuracy, run.dataset) == ("My [31m net", None, "kmnist")
    assert load_predictor(find_weights(run), dataset=run.dataset).classes[0] == "o"


def test_what_was_exported_can_be_imported(store, tmp_path):
    options = {"n_classes": 100, "activation": "tanh", "dropout": 0.1}
    save_weights(build("lenet", **options), tmp_path / "w.safetensors", key="lenet", options=options)
    save_file(load_file(tmp_path / "w.safetensors"), tmp_path / "a.safetensors", metadata={
        "model": "lenet", "options": json.dumps({**options, "channels": [16, 32]}), "dataset": "cifar100"
    })  # fmt: skip
    first = import_network(tmp_path / "a.safetensors", store)
    (tmp_path / "b.safetensors").write_bytes(export_safetensors(trained_from_run(first)))
    again = import_network(tmp_path / "b.safetensors", store)
    assert find_weights(again).read_bytes() == find_weights(first).read_bytes()
    assert again.config["model_options"]["n_classes"] == 100


@pytest.mark.parametrize("key", MODELS)
def test_every_architecture_is_known(key, tmp_path):
    save_weights(build(key), tmp_path / "w.safetensors", key=key)
    assert examine_file(tmp_path / "w.safetensors").model == key


BAD = {
    "no architecture": ({"model": ""}, "names the architecture '', which is not known here"),
    "another architecture": ({"model": "lenet99"}, "names the architecture 'lenet99'"),
    "other shapes": ({"model": "cnn6"}, r"do not fit cnn6: conv1\.bias, conv1\.weight"),
    "options that are none": ({"options": "["}, "has options of its architecture that no network here has"),
    "options that are no table": ({"options": "[8]"}, "has options of its architecture that no network here has"),
    "unknown options": ({"options": '{"depth": 3}'}, "has options of its architecture that fc2 does not have"),
    "huge options": ({"options": '{"width": 1000000000}'}, "that no network here has"),
    "large options": ({"options": '{"width": 1000}'}, r"do not fit fc2: fc1\.bias"),
    "negative options": ({"options": '{"width": -8}'}, "has options of its architecture that fc2 does not have"),
    "text as a number": ({"options": '{"width": "8"}'}, "has options of its architecture that fc2 does not have"),
    "endless text": ({"options": json.dumps({"activation": "x" * 99})}, "that no network here has"),
    "unknown data": ({"dataset": "../../etc/passwd"}, "learned from the data set '../../etc/passwd'"),
    "other pictures": ({"dataset": "cifar10"}, "cannot have learned from cifar10"),
    "another number of classes": (
        {"model": "cnn6", "dataset": "mnist", "options": '{"n_classes": 3}'}, r"do not fit cnn6"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_what_does_not_fit_is_refused_and_nothing_is_kept(store, home, file, kind):
    metadata, words = BAD[kind]
    with pytest.raises(CheckpointError, match=words) as caught:
        import_network(file(**metadata), store)
    assert len(str(caught.value).splitlines()) == 1
    assert store.list_runs() == ()
    assert not (home / "runs").exists() or not list((home / "runs").iterdir())


def test_classes_must_be_those_of_the_data(file, tmp_path):
    save_weights(build("fc2", n_classes=3), tmp_path / "w.safetensors", key="fc2", options={"n_classes": 3})
    with pytest.raises(CheckpointError, match=r"has 3 classes, mnist has \(1, 28, 28\) and 10"):
        examine_file(tmp_path / "w.safetensors")


def test_weights_that_are_no_numbers_are_refused_and_nothing_is_kept(store, home, file):
    tensors = {name: value.clone() for name, value in TENSORS.items()}
    tensors["fc1.weight"][3, 3] = float("nan")
    with pytest.raises(CheckpointError, match="no finite numbers"):
        import_network(file(tensors), store)
    assert store.list_runs() == ()
    assert list((home / "runs").iterdir()) == []


def test_an_imported_run_cannot_go_on(store, file):
    run = import_network(file(dataset="mnist-5k"), store)
    with pytest.raises(InputError, match="was imported and cannot go on"):
        store.extend(run.id, 5)
    with pytest.raises(InputError, match="is finished and cannot be resumed"):
        store.resume(run.id, place="here")
    assert store.delete(run.id).deleted_at is not None

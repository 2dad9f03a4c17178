"""Networks to take along: one file of weights with its card, and ONNX that answers as PyTorch does."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from safetensors.torch import load

from cnnplay.data.store import load_dataset
from cnnplay.errors import ExportError
from cnnplay.inference.predictor import Predictor, load_predictor
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import MODELS, build, get_spec
from cnnplay.runs import export
from cnnplay.runs.export import export_onnx, export_safetensors
from cnnplay.runs.training_job import run_job
from cnnplay.runs.weights import trained_from_file

from .conftest import quick


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A network with a card and a temperature of its own."""
    folder = tmp_path_factory.mktemp("run")
    run_job(quick(), folder)
    return trained_from_file(folder / "fc2-mnist-5k.safetensors")


def answers(model, pictures):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["probs", "logits"], {"pictures": pictures})


def props(model):
    return {prop.key: prop.value for prop in onnx.load_from_string(model).metadata_props}


def test_onnx_reads_stored_pictures_in_any_number_as_the_app_does(trained):
    predictor = load_predictor(trained.weights)
    model = export_onnx(predictor)
    pictures = np.array(load_dataset("mnist-5k").test_images[100:300])
    for n in (1, 2, 200):
        probs, logits = answers(model, pictures[:n])
        np.testing.assert_allclose(probs, predictor.probs(pictures[:n]), atol=1e-4)
        np.testing.assert_allclose(logits, predictor.logits(pictures[:n]), atol=1e-3)
    assert predictor.temperature != 1
    facts = props(model)
    assert json.loads(facts["classes"]) == list("0123456789")
    assert json.loads(facts["card"])["accuracy"] == predictor.card.accuracy
    assert facts["input"].startswith("pictures: uint8, N x 1 x 28 x 28")
    assert facts["tried"].startswith("64 test pictures of MNIST-5k")


def test_a_network_of_other_classes_and_colours_without_its_data(tmp_path):
    options = {"n_classes": 100, "activation": "silu", "dropout": 0.5}
    save_weights(build("lenet5", **options), tmp_path / "w.safetensors", key="lenet5", options=options)
    predictor = load_predictor(tmp_path / "w.safetensors", dataset="cifar100", title="Hundred")
    model = export_onnx(predictor)
    assert json.loads(props(model)["classes"])[99] == "worm"
    pictures = np.random.default_rng(1).integers(0, 256, (3, 3, 32, 32), dtype=np.uint8)
    np.testing.assert_allclose(answers(model, pictures)[0], predictor.probs(pictures), atol=1e-4)


def test_answers_that_differ_are_an_error(trained, monkeypatch):
    predictor = load_predictor(trained.weights)
    monkeypatch.setattr(export, "MAX_DIFFERENCE", -1.0)
    with pytest.raises(ExportError, match=r"As ONNX, .* gives probabilities that differ by"):
        export_onnx(predictor)


@pytest.mark.soak
@pytest.mark.parametrize("key", MODELS)
def test_every_network_can_be_taken_along_as_onnx(key):
    export_onnx(Predictor(get_spec(key), build(key).eval(), None))


def test_weights_carry_their_card_and_data_set(trained, tmp_path):
    content = export_safetensors(trained)
    path = tmp_path / "alone.safetensors"
    path.write_bytes(content)
    card = trained.read_card()
    header = export.read_header(path)
    assert header.metadata["dataset"] == "mnist-5k"
    assert json.loads(header.metadata["card"])["per_class_accuracy"] == dict(card.per_class_accuracy)
    pictures = np.array(load_dataset("mnist-5k").test_images[:50])
    assert np.array_equal(load_predictor(path).logits(pictures), load_predictor(trained.weights).logits(pictures))
    assert load(content).keys() == build("fc2").state_dict().keys()

"""Predictor, jury and doubt, with networks made for the test."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.torch import save_file

from cnnplay.errors import CheckpointError, InputError
from cnnplay.inference.jury import ask_jury
from cnnplay.inference.none_of_these import NoneOfThese, energy
from cnnplay.inference.predictor import Predictor, load_predictor, softmax
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build, get_spec


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)


def always(label, weight=5.0):
    """A network that answers one digit whatever it sees."""
    model = build("fc2").eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.fc3.bias[label] = weight
    return Predictor(get_spec("fc2"), model, None)


def test_a_saved_network_answers_as_the_one_in_memory(tmp_path, image):
    torch.manual_seed(0)
    model = build("cnn6").eval()
    save_weights(model, tmp_path / "mine.safetensors", key="cnn6")
    answer = load_predictor(tmp_path / "mine.safetensors").predict(image)
    with torch.no_grad():
        expected = model((torch.from_numpy(image)[None].float() / 255 - 0.1307) / 0.3081).softmax(1)[0]
    np.testing.assert_allclose(answer.probs, expected, atol=2e-3)
    assert answer.probs.sum() == pytest.approx(1, abs=1e-5)
    assert answer.elapsed_s > 0


def test_top_k_is_sorted_and_label_is_its_first(image):
    answer = always(7).predict(image)
    top = answer.top_k(10)
    assert top[0] == (answer.label, pytest.approx(answer.prob))
    assert answer.label == "7"
    assert [prob for _, prob in top] == sorted((prob for _, prob in top), reverse=True)


@pytest.mark.parametrize("wrong", [np.zeros((1, 27, 28), np.uint8), np.zeros((1, 28, 28), np.float32)])
def test_pictures_of_another_form_are_refused(wrong):
    with pytest.raises(InputError, match="fc2 takes uint8 pictures of shape"):
        always(1).predict(wrong)


def test_class_names_are_those_of_the_data_it_learned_from(tmp_path):
    path = tmp_path / "mine.safetensors"
    save_weights(build("cnn6"), path, key="cnn6")
    assert load_predictor(path).classes == tuple("0123456789")
    clothes = load_predictor(path, dataset="fashion-mnist", title="My clothes")
    assert (clothes.classes[9], clothes.title) == ("Ankle boot", "My clothes")
    assert clothes.predict(np.zeros((1, 28, 28), np.uint8)).label in clothes.classes


def test_a_file_may_say_itself_what_it_learned_from(tmp_path):
    path = tmp_path / "mine.safetensors"
    tensors = {name: value.contiguous() for name, value in build("cnn6").state_dict().items()}
    save_file(tensors, path, metadata={"model": "cnn6", "dataset": "kmnist"})
    assert load_predictor(path).classes[:3] == ("o", "ki", "su")


@pytest.mark.parametrize("dataset", ["mnist", "leaves"])
def test_numbers_stand_for_classes_without_names(tmp_path, dataset):
    save_weights(build("cnn6", n_classes=3), tmp_path / "w.safetensors", key="cnn6", options={"n_classes": 3})
    predictor = load_predictor(tmp_path / "w.safetensors", dataset=dataset)
    assert (predictor.classes, predictor.dataset) == (("0", "1", "2"), dataset)


def test_missing_networks_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNPLAY_CHECKPOINTS", str(tmp_path))
    with pytest.raises(CheckpointError, match="python -m cnnplay train fc2"):
        load_predictor("fc2")
    with pytest.raises(InputError, match="neither a network's key nor"):
        load_predictor("lenet7")


def test_the_jury_counts_votes_and_names_dissent(image):
    verdict = ask_jury([always(3), always(3), always(8, 50.0)], image)
    assert (verdict.label, verdict.n_agree, verdict.n_votes) == ("3", 2, 3)
    assert [vote.label for vote in verdict.dissent] == ["8"]
    assert all(vote.elapsed_ms > 0 for vote in verdict.votes)


def test_a_tied_jury_follows_the_surer_side(image):
    assert ask_jury([always(3, 2.0), always(8, 9.0)], image).label == "8"


def test_an_empty_jury_is_a_mistake(image):
    with pytest.raises(ValueError, match="at least one"):
        ask_jury([], image)


@given(hnp.arrays(np.float32, (4, 10), elements=st.floats(-80, 80, width=32)))
def test_energy_and_softmax_equal_torch(logits):
    values = torch.from_numpy(logits.astype(np.float64))
    np.testing.assert_allclose(energy(logits), -torch.logsumexp(values, 1).numpy(), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(softmax(logits), values.softmax(1).numpy(), atol=1e-5)


def test_doubt_separates_flat_logits_from_peaked_ones():
    rng = np.random.default_rng(0)
    known = rng.normal(0, 1, (500, 10)) + 10 * np.eye(10)[rng.integers(0, 10, 500)]
    other = rng.normal(0, 1, (300, 10))
    curve = NoneOfThese.fit(known, other)
    assert (curve.prob(known) > 0.5).mean() < 0.02
    assert (curve.prob(other) > 0.5).mean() > 0.95
    assert NoneOfThese.from_json(curve.to_json()) == curve
    assert NoneOfThese.from_json({}) is None


def test_doubt_stays_finite_when_the_kinds_separate_completely():
    curve = NoneOfThese.fit(np.full((10, 10), 0.0) + 100 * np.eye(10), np.zeros((10, 10)))
    assert np.isfinite([curve.slope, curve.offset]).all()

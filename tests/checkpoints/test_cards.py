"""The shipped networks: their cards are complete, and what they claim is found again."""

import numpy as np
import pytest
from safetensors.numpy import load_file

from cnnplay.data.store import content_hash, image_hashes, is_available, load_dataset
from cnnplay.evaluation.accuracy import measure_accuracy, wilson_interval
from cnnplay.inference.predictor import load_predictor
from cnnplay.models.arithmetic import count_macs, count_parameters
from cnnplay.models.card import list_cards, shipped_files
from cnnplay.models.registry import get_spec
from cnnplay.runs.curve_file import curve_path, read_curve
from cnnplay.settings import checkpoints_dir
from cnnplay.training.config import TrainConfig

CARDS = {card.model: card for card in list_cards()}
N_SAMPLE = 1000
TOTAL_BYTES = 80_000_000

needs_data = pytest.mark.skipif(
    not (is_available("mnist") and is_available("cifar10")),
    reason="needs MNIST and CIFAR-10: set CNNPLAY_DATA, or python -m cnnplay data NAME --download",
)


def test_networks_are_shipped_for_both_data_sets():
    assert {card.dataset for card in CARDS.values()} == {"mnist", "cifar10"}
    assert sum(path.stat().st_size for path in checkpoints_dir().iterdir()) <= TOTAL_BYTES


@pytest.mark.parametrize("key", CARDS)
def test_the_card_agrees_with_the_weights(key):
    card, predictor = CARDS[key], load_predictor(key)
    assert card.n_params == count_parameters(predictor.model)
    assert card.macs == count_macs(predictor.model, predictor.spec.input_shape)
    assert card.size_bytes == shipped_files(key).weights.stat().st_size
    assert (card.accuracy_low, card.accuracy_high) == pytest.approx(
        wilson_interval(round(card.accuracy * card.n_test), card.n_test), abs=1e-5
    )
    config = TrainConfig.from_json(card.config)
    assert (config.model, config.dataset, config.recipe, config.seed) == (
        card.model,
        card.dataset,
        card.recipe,
        card.seed,
    )
    assert set(card.per_class_accuracy) == set(get_spec(key).classes)


@pytest.mark.parametrize("key", CARDS)
def test_shipped_answers_are_one_for_every_test_picture(key):
    kept = load_file(shipped_files(key).test_probs)
    assert kept["probs"].shape == (CARDS[key].n_test, len(get_spec(key).classes))
    assert len(set(kept["image_hash"].tolist())) == CARDS[key].n_test
    np.testing.assert_allclose(kept["probs"].astype(np.float64).sum(1), 1, atol=0.01)


@needs_data
@pytest.mark.parametrize("key", CARDS)
def test_a_sample_of_the_test_set_gives_the_shipped_answers(key):
    card, predictor = CARDS[key], load_predictor(key)
    dataset = load_dataset(card.dataset)
    chosen = np.sort(np.random.default_rng(0).permutation(len(dataset.test_labels))[:N_SAMPLE])
    images = np.asarray(dataset.test_images[chosen])
    kept = load_file(shipped_files(key).test_probs)
    position = {value: i for i, value in enumerate(kept["image_hash"].tolist())}
    stored = kept["probs"][[position[value] for value in image_hashes(images).tolist()]]
    logits = predictor.logits(images)
    assert (logits.argmax(1) == stored.argmax(1)).mean() >= 0.999
    labels = np.asarray(dataset.test_labels)
    order = [position[value] for value in image_hashes(dataset.test_images).tolist()]
    assert measure_accuracy(kept["probs"][order], labels).value == pytest.approx(card.accuracy, abs=2e-4)
    assert measure_accuracy(logits, labels[chosen]).value == pytest.approx(card.accuracy, abs=0.03)


@needs_data
def test_the_cards_name_the_data_they_were_measured_on():
    for key in ("mnist", "cifar10"):
        assert {card.data_hash for card in CARDS.values() if card.dataset == key} == {content_hash(load_dataset(key))}


@pytest.mark.parametrize("key", CARDS)
def test_a_shipped_curve_ends_as_the_card_says(key):
    card, curve = CARDS[key], read_curve(curve_path(shipped_files(key)))
    if not curve:
        pytest.skip("no curve was kept of this training")
    assert [point.epoch for point in curve] == list(range(1, round(card.config["epochs"]) + 1))
    assert curve[-1].accuracy == pytest.approx(card.train_accuracy, abs=1e-4)
    assert curve[-1].elapsed_s == pytest.approx(card.wall_s, abs=1)
    assert sorted(point.elapsed_s for point in curve) == [point.elapsed_s for point in curve]

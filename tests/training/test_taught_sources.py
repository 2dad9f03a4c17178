"""What a taught network learns from: a part of its training set, chosen by the seed, and corrections many times."""

import numpy as np
import pytest

from cnnplay.data.corrections import add_correction, freeze, new_hand
from cnnplay.data.store import load_dataset
from cnnplay.errors import ConfigError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.training.config import TrainConfig
from cnnplay.training.recipes import TAUGHT, make_config, recipes_for, teaching_config
from cnnplay.training.sources import CORRECTION_SHARE, MAX_REPEATS, training_pictures

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def digits():
    return load_dataset("mnist-5k")


def frozen(n, *, classes=DIGITS):
    hand = new_hand()
    images = np.random.default_rng(n).integers(0, 256, (n, 1, 28, 28), dtype=np.uint8)
    return freeze(
        [
            add_correction(hand, image, classes=classes, label=classes[4], answer=classes[1], prob=0.5, network="fc2")
            for image in images
        ]
    )


def config(**changes):
    return TrainConfig(model="fc2", dataset="mnist-5k", **changes)


def test_replay_is_chosen_by_the_seed_alone(digits):
    once, again, other = (training_pictures(config(replay=500, seed=s), digits).train for s in (1, 1, 2))
    assert len(once.labels) == 500
    assert np.array_equal(once.images, again.images)
    assert not np.array_equal(once.images, other.images)
    assert len(training_pictures(config(replay=1_000_000), digits).train.labels) == len(digits.train_labels)


def test_corrections_are_repeated_to_their_share(digits):
    key = frozen(10)
    labels = training_pictures(config(replay=1000, corrections=key), digits).train.labels[1000:]
    assert set(labels.tolist()) == {4}
    assert len(labels) / (1000 + len(labels)) == pytest.approx(CORRECTION_SHARE, abs=0.01)


def test_one_correction_is_not_repeated_beyond_measure(digits):
    learned = training_pictures(config(replay=4000, corrections=frozen(1)), digits).train
    assert len(learned.labels) == 4000 + MAX_REPEATS


def test_corrections_of_other_classes_are_refused(digits):
    key = frozen(2, classes=tuple("abcde"))
    with pytest.raises(ConfigError, match="no pictures of MNIST-5k"):
        training_pictures(config(corrections=key), digits)


@pytest.mark.parametrize("model", MODELS)
def test_every_network_can_be_taught_but_no_picker_offers_it(model):
    told = teaching_config(model, start_from=model, corrections="hand-0123456789abcdef")
    assert TrainConfig.from_json(told.to_json()) == told
    assert (told.recipe, told.dataset, told.start_from) == (TAUGHT, get_spec(model).dataset, model)
    own = make_config(model).augmentation
    assert (told.augmentation.rotate_deg, told.augmentation.flip) == (own.rotate_deg / 2, own.flip)
    assert told.replay > 0
    assert TAUGHT not in recipes_for(model)

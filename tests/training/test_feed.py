"""Batches: each picture once an epoch, repeatable from the seed, augmented as asked."""

import numpy as np
import pytest
import torch

from cnnplay.models.registry import get_spec
from cnnplay.training.config import Augmentation, TrainConfig
from cnnplay.training.feed import NO_LABEL, Feed, Pictures

CPU = torch.device("cpu")


def make_feed(pictures, **values):
    config = TrainConfig(**{"model": "fc2", "dataset": "mnist", "batch_size": 64, **values})
    return Feed(config, get_spec("fc2"), pictures, device=CPU)


@pytest.fixture(scope="module")
def numbered():
    """Pictures whose label is their number."""
    rng = np.random.default_rng(0)
    return Pictures(rng.integers(0, 256, (200, 1, 28, 28), dtype=np.uint8), np.arange(200))


def test_an_epoch_shows_every_picture_once_in_a_new_order(numbered):
    feed = make_feed(numbered, drop_last=False)
    orders = [torch.cat([feed.batch(epoch * 4 + i)[1] for i in range(4)]) for epoch in range(2)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(200))
    assert not torch.equal(*orders)


def test_dropping_the_last_batch_keeps_all_batches_whole(numbered):
    feed = make_feed(numbered)
    assert feed.steps_per_epoch == 3
    assert {len(feed.batch(step)[1]) for step in range(6)} == {64}


def test_a_batch_depends_on_seed_and_step_alone(numbered):
    options = {"augmentation": Augmentation(shift_px=2, rotate_deg=10, elastic_px=0.5, cutout_px=4), "seed": 5}
    one, two = make_feed(numbered, **options), make_feed(numbered, **options)
    for step in (0, 1, 2, 3):
        images, labels = one.batch(step)
    again_images, again_labels = two.batch(3)
    assert torch.equal(images, again_images)
    assert torch.equal(labels, again_labels)
    other = make_feed(numbered, **{**options, "seed": 6}).batch(3)
    assert not torch.equal(labels, other[1])


def test_pictures_are_normalised_as_the_spec_says(numbered):
    images, labels = make_feed(numbered).batch(0)
    expected = (torch.from_numpy(numbered.images[labels.numpy()]).float() / 255 - 0.1307) / 0.3081
    torch.testing.assert_close(images, expected)


def test_alternating_flip_shows_both_sides_in_two_epochs(numbered):
    feed = make_feed(numbered, drop_last=False, augmentation=Augmentation(flip="alternating"))
    seen = {}
    for step in range(8):
        for image, label in zip(*feed.batch(step), strict=True):
            seen.setdefault(int(label), []).append(image)
    assert all(torch.equal(first, second.flip(-1)) for first, second in seen.values())
    plain = make_feed(numbered).batch(0)
    share = np.mean([torch.equal(seen[int(label)][0], image) for image, label in zip(*plain, strict=True)])
    assert 0.2 < share < 0.8


def test_scribbles_join_every_batch_without_a_label(numbered):
    config = TrainConfig(model="fc2", dataset="mnist", batch_size=64, scribbles=0.25)
    white = np.full((5, 1, 28, 28), 255, np.uint8)
    images, labels = Feed(config, get_spec("fc2"), numbered, scribbles=white, device=CPU).batch(0)
    assert len(images) == len(labels) == 80
    assert (labels == NO_LABEL).sum() == 16
    assert images[labels == NO_LABEL].unique().numel() == 1

"""Changed pictures: nothing at strength 0, more at each strength, and the same in every order and every batch."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnplay.errors import InputError
from cnnplay.evaluation import changed_pixels
from cnnplay.evaluation.corruptions import CORRUPTIONS, corrupt, corruptions_for, get_corruption

SHAPES = {1: (1, 28, 28), 3: (3, 32, 32)}
CASES = [(each, n_channels) for n_channels in SHAPES for each in corruptions_for(n_channels)]
NAMES = [f"{each.key}-{n_channels}" for each, n_channels in CASES]


def pictures(n_channels, n=24, seed=0):
    """Smooth blobs: bright in the middle, as digits and things are, dark at the edges."""
    _, height, width = SHAPES[n_channels]
    rng, (y, x) = np.random.default_rng(seed), np.mgrid[0:height, 0:width]
    at = rng.uniform(height / 3, 2 * height / 3, (n, n_channels, 2, 1, 1))
    distance = np.hypot((y - at[:, :, 0]) / 1.5, x - at[:, :, 1])
    return np.round(255 * np.exp(-((distance / rng.uniform(3, 6, (n, n_channels, 1, 1))) ** 2))).astype(np.uint8)


@pytest.mark.parametrize(("corruption", "n_channels"), CASES, ids=NAMES)
class TestEach:
    def test_strength_0_changes_nothing(self, corruption, n_channels):
        images = pictures(n_channels)
        assert np.array_equal(corrupt(images, corruption, 0.0), images)
        assert corruption.text(0) == "none"

    def test_shape_type_and_the_given_pictures_stay(self, corruption, n_channels):
        images = pictures(n_channels)
        before = images.copy()
        for strength in corruption.strengths(n_channels)[1:]:
            found = corrupt(images, corruption, strength)
            assert (found.shape, found.dtype) == (images.shape, np.uint8)
            assert not np.array_equal(found, images)
        assert np.array_equal(images, before)
        assert corrupt(images[:0], corruption, 1.0).shape == images[:0].shape

    def test_more_strength_moves_pixels_further(self, corruption, n_channels):
        images = pictures(n_channels)
        moved = [
            float(np.abs(corrupt(images, corruption, strength).astype(float) - images).mean())
            for strength in corruption.strengths(n_channels)
        ]
        assert moved == sorted(moved)
        assert len(set(moved)) == len(moved)

    def test_a_picture_is_changed_alike_in_every_order_and_every_batch(self, corruption, n_channels):
        images, strength = pictures(n_channels), corruption.strengths(n_channels)[-2]
        whole, order = corrupt(images, corruption, strength), np.random.default_rng(1).permutation(len(images))
        assert np.array_equal(corrupt(images[order], corruption, strength), whole[order])
        parts = [corrupt(images[at : at + 5], corruption, strength) for at in range(0, len(images), 5)]
        assert np.array_equal(np.concatenate(parts), whole)

    def test_strengths_grow_and_read_differently(self, corruption, n_channels):
        strengths = corruption.strengths(n_channels)
        assert list(strengths) == sorted(set(strengths))
        assert len({corruption.text(strength) for strength in strengths}) == len(strengths) >= 5


@given(st.integers(0, 7), st.sampled_from([1, 3]))
@settings(max_examples=12)
def test_a_quarter_turn_is_that_of_numpy(seed, n_channels):
    images = pictures(n_channels, n=6, seed=seed)
    for n_turns in (1, 2, 3):
        found = changed_pixels.warp(images, changed_pixels.turned(90 * n_turns))
        assert np.array_equal(found, np.rot90(images, n_turns, axes=(2, 3)))
    turned = corrupt(images, get_corruption("rotation"), 90)
    for one, image in zip(turned, images, strict=True):
        assert any(np.array_equal(one, np.rot90(image, way, axes=(1, 2))) for way in (1, -1))


def test_a_turn_by_any_angle_goes_both_ways_as_pillow_turns():
    image = pictures(1, n=1)
    for degrees in (20, 45):
        theirs = np.asarray(Image.fromarray(image[0, 0]).rotate(degrees, Image.Resampling.BILINEAR))
        ours = changed_pixels.warp(image, changed_pixels.turned(degrees))[0, 0]
        assert np.abs(ours.astype(int) - theirs).max() <= 3
    assert 0 < changed_pixels.chance(np.arange(99, dtype=np.uint64), 1).mean() < 1


def test_shifted_by_whole_pixels_a_drawing_keeps_its_ink_and_leaves_black_behind():
    images = np.zeros((40, 1, 28, 28), np.uint8)
    images[:, 0, 12:16, 12:16] = np.arange(1, 41)[:, None, None]
    found = corrupt(images, get_corruption("shift"), 3)
    assert np.array_equal(found.sum((1, 2, 3)), images.sum((1, 2, 3)))
    corners = {tuple(np.argwhere(image[0])[0] - 12) for image in found}
    assert corners <= {(down, right) for down in (-3, 0, 3) for right in (-3, 0, 3)} - {(0, 0)}
    assert len(corners) > 4


def test_a_pen_grows_and_shrinks_by_whole_pixels():
    images = np.zeros((1, 1, 28, 28), np.uint8)
    images[:, :, 4:24, 12:16] = 255
    for key, width in (("thick", 8), ("thin", 0)):
        row = corrupt(images, get_corruption(key), 2)[0, 0, 14]
        assert np.count_nonzero(row) == width


def test_a_hidden_square_has_its_side_where_it_fits():
    images = np.full((60, 3, 32, 32), 255, np.uint8)
    images[:, :, 0, 0] = np.arange(60)[:, None]
    hidden = (corrupt(images, get_corruption("occlusion"), 8) == changed_pixels.GREY).all(1).sum((1, 2))
    assert hidden.max() == 64
    assert (hidden > 0).all()


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="0 or more"):
        corrupt(pictures(1), CORRUPTIONS[0], -1)
    with pytest.raises(InputError, match="no corruption 'fog'"):
        get_corruption("fog")
    assert {each.key for each in corruptions_for(3)} < {each.key for each in CORRUPTIONS}

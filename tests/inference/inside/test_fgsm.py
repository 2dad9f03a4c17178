"""A push makes the loss rise, more than random signs of the same size, and stays within the range of pixels."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from cnnplay.inference.inside.fgsm import MAX_STRENGTH, N_NOISES, NOISE_STEP, loss_signs, push, push_everywhere
from cnnplay.inference.predictor import Predictor, load_predictor
from cnnplay.models.forward import normaliser

from .digits import SEVEN


@pytest.fixture(scope="module")
def scribe() -> Predictor:
    return load_predictor("scribe")


def test_the_signs_are_those_of_the_gradient_of_the_loss(scribe: Predictor) -> None:
    x = torch.from_numpy(SEVEN[None].astype(np.float32) / 255).requires_grad_()
    loss = F.cross_entropy(scribe.model(normaliser(scribe.spec)(x)), torch.tensor([3]))
    (slope,) = torch.autograd.grad(loss, x)
    clear = slope[0].abs() > 1e-3 * slope.abs().max()
    assert torch.equal(slope[0].sign()[clear], torch.from_numpy(loss_signs(scribe, SEVEN, 3)).float()[clear])
    assert all(p.grad is None for p in scribe.model.parameters())


def test_the_loss_rises_and_random_signs_do_less(scribe: Predictor) -> None:
    found = push_everywhere(scribe, SEVEN)
    sure = found.probs[:, found.class_idx]
    assert found.class_idx == 7
    assert (np.diff(np.log(sure[:6])) < 0).all()
    at = 2
    assert sure[at * NOISE_STEP] < found.noise_probs[:, at, 7].min()
    assert found.probs.shape == (MAX_STRENGTH + 1, 10)
    assert found.noise_probs.shape == (N_NOISES, MAX_STRENGTH // NOISE_STEP + 1, 10)
    assert np.abs(found.noise).min() == 1


def test_what_is_told_of_a_strength_is_what_the_network_says_to_that_picture(scribe: Predictor) -> None:
    found = push_everywhere(scribe, SEVEN)
    assert found.flips_at is not None
    for strength, flips in ((found.flips_at - 1, False), (found.flips_at, True)):
        prediction = scribe.predict(found.pushed(strength))
        np.testing.assert_allclose(prediction.probs, found.probs[strength], atol=1e-4)
        assert (prediction.label != "7") == flips
    np.testing.assert_allclose(scribe.predict(found.noisy(8)).probs, found.noise_probs[0, 2], atol=1e-4)


@given(st.integers(0, 1000), st.integers(0, MAX_STRENGTH))
def test_a_push_moves_by_its_strength_and_stays_in_range(seed: int, strength: int) -> None:
    generator = np.random.default_rng(seed)
    image = generator.integers(0, 256, (3, 5, 4), np.uint8)
    signs = generator.integers(-1, 2, image.shape).astype(np.int8)
    pushed = push(image, signs, strength)
    moved = pushed.astype(int) - image
    inside = (pushed > 0) & (pushed < 255)
    assert (moved[inside] == (strength * signs.astype(int))[inside]).all()
    assert (np.abs(moved) <= strength).all()

"""A push on every pixel at once, each by the same small amount, in the direction that hurts the answer most.

Fast gradient sign method: Goodfellow, Shlens and Szegedy 2015, arXiv:1412.6572: x + epsilon sign(gradient of the loss).
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from cnnplay.inference.predictor import Predictor, softmax
from cnnplay.models.forward import normaliser

MAX_STRENGTH = 64
"""Of 255: a quarter of the way from black to white."""
NOISE_STEP, N_NOISES = 4, 5
"""Random signs are tried at every fourth strength, with five draws."""
Bytes = NDArray[np.uint8]
Signs = NDArray[np.int8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Push:
    """One picture, pushed by 0..`MAX_STRENGTH` levels of 255, and beside it the same amount of random signs.

    Attributes:
        image: (C, H, W) uint8, as it was.
        signs: (C, H, W) int8, -1, 0 or 1: where every pixel is pushed to.
        noise: the same, drawn at random, the first of `N_NOISES`.
        class_idx: the answer to the picture as it was.
        probs: (MAX_STRENGTH + 1, K) float32, at every strength from 0 on.
        noise_probs: (N_NOISES, MAX_STRENGTH / NOISE_STEP + 1, K) float32, at every `NOISE_STEP`-th strength.
    """

    image: Bytes
    signs: Signs
    noise: Signs
    class_idx: int
    probs: Floats
    noise_probs: Floats

    @property
    def flips_at(self) -> int | None:
        """The smallest strength at which the answer is another one; None where there is none."""
        others = np.flatnonzero(self.probs.argmax(1) != self.class_idx)
        return int(others[0]) if len(others) else None

    @property
    def noise_flips_at(self) -> int | None:
        """The smallest strength that was tried at which random signs change the answer in at least one draw."""
        others = np.flatnonzero((self.noise_probs.argmax(2) != self.class_idx).any(0))
        return int(others[0]) * NOISE_STEP if len(others) else None

    def pushed(self, strength: int) -> Bytes:
        """The picture at a strength, as the network reads it: whole levels in 0..255."""
        return push(self.image, self.signs, strength)

    def noisy(self, strength: int) -> Bytes:
        """The same with the random signs."""
        return push(self.image, self.noise, strength)


def push(image: Bytes, signs: Signs, strength: int) -> Bytes:
    """Adds so many levels of 255 in the direction of the signs; what leaves 0..255 stays at its end."""
    pushed: Bytes = np.clip(image.astype(np.int16) + strength * signs.astype(np.int16), 0, 255).astype(np.uint8)
    return pushed


def loss_signs(predictor: Predictor, image: Bytes, class_idx: int) -> Signs:
    """Signs of the gradient of the cross-entropy of a class, for each value of the picture.

    Log-sum-exp of the other logits less the class's own has the same signs, and does not vanish where the network is so
    sure that its probability is 1 in float32.

    Args:
        predictor: is left as it is: nothing is stored in its parameters.
        image: (C, H, W) uint8.
        class_idx: the class whose loss is to rise.
    """
    x = torch.from_numpy(image[None].astype(np.float32) / 255).requires_grad_()
    logits = predictor.model(normaliser(predictor.spec)(x).contiguous(memory_format=torch.channels_last))[0]
    others = torch.cat([logits[:class_idx], logits[class_idx + 1 :]])
    (gradient,) = torch.autograd.grad(others.logsumexp(0) - logits[class_idx], x)
    return gradient[0].sign().to(torch.int8).numpy()


def push_everywhere(predictor: Predictor, image: Bytes, *, seed: int = 0) -> Push:
    """Asks the network at every strength.

    Args:
        predictor: is left as it is.
        image: (C, H, W) uint8.
        seed: of the random signs.
    """
    class_idx = int(predictor.logits(image[None])[0].argmax())
    signs = loss_signs(predictor, image, class_idx)
    generator = np.random.default_rng(seed)
    noises = generator.choice(np.array([-1, 1], np.int8), size=(N_NOISES, *image.shape))
    pushed = np.stack([push(image, signs, strength) for strength in range(MAX_STRENGTH + 1)])
    strengths = range(0, MAX_STRENGTH + 1, NOISE_STEP)
    noisy = np.stack([push(image, noise, strength) for noise in noises for strength in strengths])
    logits = predictor.logits(np.concatenate([pushed, noisy]))
    probs = softmax(logits / predictor.temperature)
    noise_probs = probs[len(pushed) :].reshape(N_NOISES, len(strengths), -1)
    return Push(image, signs, noises[0], class_idx, probs[: len(pushed)], noise_probs)

"""A trained network ready to answer: weights, preprocessing and calibration in one place."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnplay.errors import CheckpointError, InputError
from cnnplay.inference.none_of_these import NoneOfThese
from cnnplay.models.card import Card, is_shipped, read_card, shipped_files
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Prediction:
    """What one network says about one picture.

    Attributes:
        model: registry key.
        classes: names, in the order of `probs`.
        probs: (K,) float32, adding up to 1, after temperature scaling.
        none_prob: probability in 0..1 that the picture is none of the classes; 0 where the network cannot tell.
        elapsed_s: seconds that the network took.
    """

    model: str
    classes: tuple[str, ...]
    probs: Floats
    none_prob: float
    elapsed_s: float

    @property
    def label(self) -> str:
        """The most likely class."""
        return self.classes[int(self.probs.argmax())]

    @property
    def prob(self) -> float:
        """Probability of the most likely class, 0..1."""
        return float(self.probs.max())

    def top_k(self, k: int) -> tuple[tuple[str, float], ...]:
        """The k most likely classes with their probabilities, the likeliest first."""
        order = np.argsort(-self.probs, kind="stable")[:k]
        return tuple((self.classes[i], float(self.probs[i])) for i in order)


class Predictor:
    """One trained network, shared by all who ask it; it is never changed.

    Attributes:
        spec: its architecture.
        card: its card, or None where there is none beside the weights.
        model: the torch module, in evaluation mode.
    """

    def __init__(self, spec: ModelSpec, model: "nn.Module", card: Card | None) -> None:
        self.spec, self.model, self.card = spec, model, card
        self._temperature = card.temperature if card else 1.0
        self._none_of_these = NoneOfThese.from_json(card.none_of_these) if card else None

    def logits(self, images: Bytes) -> Floats:
        """Raw answers.

        Args:
            images: (N, C, H, W) uint8 of the network's input shape.

        Returns:
            (N, classes) float32.

        Raises:
            InputError: another shape or type.
        """
        from cnnplay.models.forward import compute_logits

        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[1:] != self.spec.input_shape:
            raise InputError(
                f"{self.spec.key} takes uint8 pictures of shape (N, {', '.join(map(str, self.spec.input_shape))}), "
                f"not {images.dtype} of shape {images.shape}."
            )
        return compute_logits(self.model, self.spec, images)

    def probs(self, images: Bytes) -> Floats:
        """Class probabilities: (N, C, H, W) uint8 to (N, classes) float32.

        Raises:
            InputError: another shape or type.
        """
        return softmax(self.logits(images) / self._temperature)

    def predict(self, image: Bytes) -> Prediction:
        """The answer to one picture, (C, H, W) uint8.

        Raises:
            InputError: another shape or type.
        """
        began = time.perf_counter()
        logits = self.logits(image[None])[0]
        elapsed_s = time.perf_counter() - began
        none_prob = float(self._none_of_these.prob(logits)) if self._none_of_these else 0.0
        return Prediction(self.spec.key, self.spec.classes, softmax(logits / self._temperature), none_prob, elapsed_s)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    result: Floats = shifted / shifted.sum(-1, keepdims=True)
    return result


def load_predictor(source: str | Path) -> Predictor:
    """Loads a trained network.

    Args:
        source: registry key of a shipped network, or the path of a safetensors file.

    Raises:
        CheckpointError: no such checkpoint, or it is damaged.
        InputError: neither a key nor a path.
    """
    from cnnplay.models.checkpoint import load_model

    path = Path(source)
    if isinstance(source, str) and source in MODELS:
        if not is_shipped(source):
            raise CheckpointError(
                f"No trained network {source!r} comes with this copy. Train it: python -m cnnplay train {source}."
            )
        path = shipped_files(source).weights
    elif path.suffix != ".safetensors":
        raise InputError(
            f"{str(source)!r} is neither a network's key nor a .safetensors file. Keys: {', '.join(MODELS)}."
        )
    key, model = load_model(path)
    card_path = path.with_suffix(".json")
    return Predictor(get_spec(key), model, read_card(card_path) if card_path.is_file() else None)

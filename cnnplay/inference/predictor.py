"""A trained network ready to answer: weights, preprocessing and calibration in one place."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnplay.data.catalog import get_dataset_spec
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
        model: registry key of the architecture.
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
        dataset: key of the data set that it learned from.
        classes: names of what it answers, which are those of that data set.
        title: what people call it.
        temperature: by which logits are divided before the softmax.

    Args:
        spec: as above.
        model: as above.
        card: as above.
        dataset: as above; by default the card's, or the one that the architecture is made for.
        title: as above; by default the architecture's.
    """

    def __init__(
        self,
        spec: ModelSpec,
        model: "nn.Module",
        card: Card | None,
        *,
        dataset: str | None = None,
        title: str | None = None,
    ) -> None:
        self.spec, self.model, self.card = spec, model, card
        self.dataset = dataset or (card.dataset if card else spec.dataset)
        self.title = title or spec.title
        self.classes = self._name_classes()
        self.temperature = card.temperature if card else 1.0
        self._none_of_these = NoneOfThese.from_json(card.none_of_these) if card else None

    def _name_classes(self) -> tuple[str, ...]:
        """Numbers stand for classes whose names nobody here knows."""
        n_classes = self.logits(np.zeros((1, *self.spec.input_shape), np.uint8)).shape[1]
        names = self.card.classes if self.card else ()
        if not names:
            with suppress(InputError):
                names = get_dataset_spec(self.dataset).classes
        return names if len(names) == n_classes else tuple(map(str, range(n_classes)))

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
        return softmax(self.logits(images) / self.temperature)

    def predict(self, image: Bytes) -> Prediction:
        """The answer to one picture, (C, H, W) uint8.

        Raises:
            InputError: another shape or type.
        """
        began = time.perf_counter()
        logits = self.logits(image[None])[0]
        elapsed_s = time.perf_counter() - began
        none_prob = float(self._none_of_these.prob(logits)) if self._none_of_these else 0.0
        return Prediction(self.spec.key, self.classes, softmax(logits / self.temperature), none_prob, elapsed_s)


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    result: Floats = shifted / shifted.sum(-1, keepdims=True)
    return result


def load_predictor(source: str | Path, *, dataset: str | None = None, title: str | None = None) -> Predictor:
    """Loads a trained network.

    Args:
        source: registry key of a shipped network, or the path of a safetensors file.
        dataset: key of the data set that it learned from, where no card says so; by default the file's own word, or
            what the architecture is made for.
        title: what people call it; by default the architecture's.

    Raises:
        CheckpointError: no such checkpoint, or it is damaged.
        InputError: neither a key nor a path.
    """
    from cnnplay.models.checkpoint import load_model, read_metadata

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
    card = read_card(card_path) if card_path.is_file() else None
    learned_from = dataset or (card.dataset if card else read_metadata(path).get("dataset"))
    return Predictor(get_spec(key), model, card, dataset=learned_from, title=title)

"""Makes the receipt of a taught network: the same pictures shown to it, and to the network that it was before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from cnnplay.data.corrections import load_frozen
from cnnplay.data.store import Dataset
from cnnplay.errors import CheckpointError, InputError
from cnnplay.evaluation.paired import count_pairs, mcnemar
from cnnplay.inference.predictor import softmax
from cnnplay.models.card import Card
from cnnplay.models.checkpoint import load_model
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import get_spec
from cnnplay.models.spec import ModelSpec
from cnnplay.runs.answers import load_answer_key, load_answers
from cnnplay.runs.origin import find_origin
from cnnplay.runs.store import open_store
from cnnplay.runs.teaching import Receipt, Reread, count_classes
from cnnplay.runs.weights import Trained
from cnnplay.training.config import TrainConfig

DOUBT_TAKEN_OVER = "Its doubt about other things is that of the network it was taught from, not fitted anew."
"""For the card."""
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Before:
    """The network that was taught, and its card, where it has one."""

    trained: Trained
    card: Card | None

    @property
    def doubt(self) -> Mapping[str, Any]:
        """Its "none of these" estimate; empty where it has none."""
        return self.card.none_of_these if self.card else {}


def find_before(config: TrainConfig) -> Before | None:
    """What a taught run started from; None for other runs, and where that is gone.

    Args:
        config: of the run.

    Raises:
        StoreError: the store cannot be read.
    """
    if not config.corrections:
        return None
    try:
        trained = find_origin(config, open_store())
        return Before(trained, trained.read_card()) if trained else None
    except (CheckpointError, InputError):
        return None


def make_receipt(
    config: TrainConfig, dataset: Dataset, before: Before, *, model: nn.Module, card: Card, logits: Floats
) -> Receipt:
    """Compares the two networks on the corrections and on the test pictures.

    Args:
        config: of the run.
        dataset: that it learned from.
        before: the network that it was.
        model: the network that it is.
        card: of that.
        logits: (N, K) of that for the test pictures.

    Raises:
        CheckpointError: the network that it was cannot be read.
        DataError: the corrections cannot be read.
        InputError: the configuration names no corrections.
    """
    spec, frozen = get_spec(config.model), load_frozen(config.corrections or "")
    _, old = load_model(before.trained.weights)
    old.to(next(model.parameters()).device)
    key = load_answer_key(config.dataset)
    scores = load_answers(before.trained.weights, key)
    if scores is None:
        scores = compute_logits(old, spec, dataset.test_images)
    labels, answers = key.labels, logits.argmax(1)
    was = _read(old, spec, frozen.images, before.card.temperature if before.card else 1.0)
    now = _read(model, spec, frozen.images, card.temperature)
    names = frozen.classes
    pairs = count_pairs(scores.argmax(1), answers, labels)
    return Receipt(
        taught_from=before.trained.name,
        dataset=config.dataset,
        corrections=tuple(
            Reread(
                label=names[label],
                before=names[a.argmax()],
                before_prob=round(float(a.max()), 5),
                after=names[b.argmax()],
                after_prob=round(float(b.max()), 5),
            )
            for label, a, b in zip(frozen.labels, was, now, strict=True)
        ),
        classes=count_classes(names, scores.argmax(1), answers, labels),
        n_newly_wrong=pairs.n_only_a,
        n_newly_right=pairs.n_only_b,
        p_value=mcnemar(pairs),
    )


def _read(model: nn.Module, spec: ModelSpec, images: npt.NDArray[np.uint8], temperature: float) -> Floats:
    return softmax(compute_logits(model, spec, images) / temperature)

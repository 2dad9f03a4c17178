"""Recomputes what a card says, from the weights and the test pictures."""

import time
from dataclasses import dataclass

import numpy as np
from torch import nn

from cnnplay.data.store import Dataset
from cnnplay.evaluation.accuracy import Accuracy, measure_accuracy
from cnnplay.models.forward import Views, compute_logits
from cnnplay.models.spec import ModelSpec


@dataclass(frozen=True)
class Evaluation:
    """Test accuracy, plain and averaged over views (None where the recipe has none), and the seconds it took."""

    plain: Accuracy
    averaged: Accuracy | None
    elapsed_s: float


def evaluate_model(model: nn.Module, spec: ModelSpec, dataset: Dataset, *, views: Views = "none") -> Evaluation:
    """Reads every test picture once, and once more for the averaged answer where `views` asks for it.

    Args:
        model: on any device.
        spec: its architecture.
        dataset: of the same classes and picture shape.
        views: the recipe's averaging.
    """
    began = time.perf_counter()
    labels = np.asarray(dataset.test_labels)
    plain = measure_accuracy(compute_logits(model, spec, dataset.test_images), labels)
    averaged = None
    if views != "none":
        averaged = measure_accuracy(compute_logits(model, spec, dataset.test_images, views=views), labels)
    return Evaluation(plain, averaged, time.perf_counter() - began)

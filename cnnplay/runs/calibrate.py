"""Calibrates a trained network, and measures how well that worked on pictures it was not fitted on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from cnnplay.data import other_pictures, scribbles
from cnnplay.data.store import Dataset, image_hashes
from cnnplay.evaluation.calibration import calibration_error, fit_temperature
from cnnplay.inference.none_of_these import NoneOfThese
from cnnplay.inference.predictor import softmax
from cnnplay.models.card import Card
from cnnplay.models.forward import compute_logits
from cnnplay.models.spec import ModelSpec

FIT_SEED, MEASURE_SEED = 1, 2
N_SCRIBBLES = 700
N_EACH = 300
"""Pictures of each kind of other thing."""
MIN_HALF = 50
"""Test pictures in each half; from fewer, neither a temperature nor its error would mean anything."""
TOO_FEW = "Tested on too few pictures to know how far its confidence can be believed."
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Others:
    fitted_on: Bytes
    measured_on: Bytes
    kinds: tuple[str, ...]
    held_out: tuple[str, ...]


def _other_things(spec: ModelSpec, photos: Bytes) -> _Others:
    if spec.input_shape[0] == 1:
        return _Others(
            scribbles.load_scribbles(N_SCRIBBLES, seed=FIT_SEED),
            scribbles.load_scribbles(N_SCRIBBLES, seed=MEASURE_SEED, kinds=scribbles.HELD_OUT),
            tuple(scribbles.KINDS),
            tuple(scribbles.HELD_OUT),
        )
    make = other_pictures.make_other_pictures
    return _Others(
        make(N_EACH, seed=FIT_SEED, photos=photos),
        make(N_EACH, seed=MEASURE_SEED, photos=photos, kinds=other_pictures.HELD_OUT),
        tuple(other_pictures.KINDS),
        tuple(other_pictures.HELD_OUT),
    )


def calibrate(
    card: Card,
    model: nn.Module,
    spec: ModelSpec,
    dataset: Dataset,
    *,
    logits: Floats | None = None,
    taken_over: Mapping[str, Any] | None = None,
) -> Card:
    """The card with its temperature, its "none of these" curve, and what both do on pictures not used to fit them.

    The test pictures are halved by the last bit of their hash: one half fits, the other measures. A network that came
    apart in training, so that its logits are no numbers, has no confidence to calibrate: its card stays as it is. So
    does that of a network with few test pictures, but for a word on its limits.

    Args:
        card: of this network.
        model: with its final weights.
        spec: its architecture.
        dataset: the card's data set.
        logits: its answers to the test pictures, where they are known already.
        taken_over: a "none of these" estimate of a network that it hardly differs from, in place of a new one.
    """
    if logits is None:
        logits = compute_logits(model, spec, dataset.test_images)
    if not np.isfinite(logits).all():
        return card
    labels = np.asarray(dataset.test_labels).astype(np.int64)
    fits = image_hashes(dataset.test_images) % 2 == 0
    if min(int(fits.sum()), int((~fits).sum())) < MIN_HALF:
        return replace(card, limits=(*card.limits, TOO_FEW), none_of_these=dict(taken_over or {}))
    temperature = fit_temperature(logits[fits], labels[fits])
    before = calibration_error(softmax(logits[~fits]), labels[~fits])
    after = calibration_error(softmax(logits[~fits] / temperature), labels[~fits])
    return replace(
        card,
        temperature=round(temperature, 4),
        calibration_error_before=round(before, 5),
        calibration_error=round(after, 5),
        none_of_these=dict(taken_over) if taken_over else _doubt(model, spec, dataset, logits, fits),
    )


def _doubt(
    model: nn.Module, spec: ModelSpec, dataset: Dataset, logits: Floats, fits: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """The "none of these" curve, fitted on one half of the test pictures, and what it does on the other."""
    others = _other_things(spec, np.asarray(dataset.train_images[:5000]))
    curve = NoneOfThese.fit(logits[fits], compute_logits(model, spec, others.fitted_on))
    doubted = curve.prob(compute_logits(model, spec, others.measured_on)) > 0.5
    return {
        **curve.to_json(),
        "fitted_on": list(others.kinds),
        "measured_on": list(others.held_out),
        "share_of_others_doubted": round(float(doubted.mean()), 4),
        "share_of_own_doubted": round(float((curve.prob(logits[~fits]) > 0.5).mean()), 4),
    }

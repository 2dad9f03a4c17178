"""The round: every disease in turn, those that explain others first."""

from typing import get_args

from cnnplay.training.doctor.history import Diagnosis, History, Kind
from cnnplay.training.doctor.layers import find_dead_relu, find_saturated, find_vanishing_gradients
from cnnplay.training.doctor.learning_rate import (
    find_exploding,
    find_lr_too_high,
    find_lr_too_low,
    find_nan,
    find_plateau,
    find_zero_start,
)
from cnnplay.training.doctor.pictures import find_overfitting, find_unbalanced
from cnnplay.training.doctor.vitals import Vitals, take_vitals

_KINDS: tuple[Kind, ...] = get_args(Kind)
_SEVERITIES = ("ill", "watch")


def examine(history: History) -> tuple[Diagnosis, ...]:
    """Says what ails a run, as far as it shows by now; a healthy run gives nothing, at its end or on the way.

    Args:
        history: of a run that still goes on or is over.

    Returns:
        Diagnoses, the worst first, at most one of a kind.
    """
    vitals = take_vitals(history)
    found = [*_find_causes(vitals), find_overfitting(vitals), find_unbalanced(vitals)]
    diagnoses = [diagnosis for diagnosis in found if diagnosis is not None]
    return tuple(sorted(diagnoses, key=lambda d: (_SEVERITIES.index(d.severity), _KINDS.index(d.kind))))


def _find_causes(vitals: Vitals) -> list[Diagnosis | None]:
    """Why the loss is what it is. What explains the rest silences it: after a NaN, for one, everything is dead."""
    for find in (find_nan, find_exploding, find_zero_start):
        if diagnosis := find(vitals):
            return [diagnosis]
    found = [find(vitals) for find in (find_lr_too_high, find_dead_relu, find_saturated)]
    for find in (find_vanishing_gradients, find_lr_too_low, find_plateau):
        if not any(found):
            found.append(find(vitals))
    return found

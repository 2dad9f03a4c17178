"""What shows inside: dead units, saturated values, gradients that do not arrive."""

import numpy as np

from cnnplay.training.doctor.history import Diagnosis, Look
from cnnplay.training.doctor.remedies import (
    SOUND_INITS,
    Remedy,
    lower_lr,
    sound_start,
    switch_activation,
    unstick,
    usual_lr,
)
from cnnplay.training.doctor.vitals import Vitals
from cnnplay.training.doctor.wording import against_guessing, figure, layer_shares, percent

DEAD = 0.6
"""Share of a layer's units: up to a half was seen to be dead in small networks that learn well."""
ALL_DEAD = 0.9
"""Share at which a layer passes next to nothing on, whatever the loss says."""
HALF_LEARNED = 0.5
"""What is left to learn, of 1 for guessing, above which dead units still matter."""
SATURATED = 0.5
"""Share of a layer's values; the gradient there is below a tenth of what it could be (Glorot and Bengio 2010)."""
VANISHED = 0.05
"""Gradient of the first layer as a share of the last one's: two sigmoids, of slope 1/4 at most, leave 1/16. Networks
that learn have 0.04 to 10 in their first steps and more later."""
TINY_GRAD = 1e-3
"""Norm under which no layer's gradient moves anything; networks that learn begin with 0.05 or more."""


def find_dead_relu(vitals: Vitals) -> Diagnosis | None:
    """Units that give 0 for every picture, and so never learn again."""
    if not vitals.history.milestones:
        return None
    look = vitals.history.milestones[-1]
    shares, before = _dead_shares(look), _dead_shares(vitals.first_look)
    worst = max(shares, key=lambda name: shares[name], default="")
    if not worst or not (shares[worst] >= ALL_DEAD or (shares[worst] >= DEAD and vitals.left >= HALF_LEARNED)):
        return None
    units = "All units" if shares[worst] == 1 else f"{percent(shares[worst])} of the units"
    remedy, label = _revive(vitals, was_born_dead=before.get(worst, 0) >= DEAD)
    return Diagnosis(
        kind="dead_relu",
        severity="ill" if vitals.hardly_learns else "watch",
        sentence=f"{units} of {worst} are dead: they answer 0 to every picture and learn nothing from it.",
        evidence=f"Dead units: {layer_shares(shares, before, step=look.step)}.",
        remedy=remedy,
        remedy_label=label,
    )


def find_saturated(vitals: Vitals) -> Diagnosis | None:
    """Sigmoids or tanhs at their ends, where they are flat."""
    if not (vitals.history.milestones and vitals.hardly_learns):
        return None
    look = vitals.history.milestones[-1]
    shares, before = _saturated_shares(look), _saturated_shares(vitals.first_look)
    worst = max(shares, key=lambda name: shares[name], default="")
    was_born_so = before.get(worst, 0) >= SATURATED
    if not worst or shares[worst] < SATURATED or not (vitals.is_due or was_born_so):
        return None
    kind = next(layer.kind for layer in look.layers if layer.name == worst)
    remedy, label = switch_activation(vitals.history.config, "relu")
    return Diagnosis(
        kind="saturated",
        severity="ill",
        sentence=f"{percent(shares[worst])} of the values of {worst} lie at the ends of {kind}, "
        "where it is flat and passes hardly any gradient on.",
        evidence=f"Values within 0.05 of an end: {layer_shares(shares, before, step=look.step)}.",
        remedy=remedy,
        remedy_label=label,
    )


def find_vanishing_gradients(vitals: Vitals) -> Diagnosis | None:
    """Gradients that shrink from layer to layer on their way back, or are tiny everywhere."""
    if not (vitals.is_stuck and vitals.is_due):
        return None
    typical = {name: float(np.median(norms)) for name, norms in vitals.grad_norms.items()}
    names = list(typical)
    if not any(typical.values()):
        return None
    first, last = typical[names[0]], typical[names[-1]]
    if first >= VANISHED * last and max(typical.values()) >= TINY_GRAD:
        return None
    sentence = f"The gradient fades on its way back, so that {names[0]} hardly learns."
    if first >= VANISHED * last:
        sentence = "The gradients of all layers are next to nothing, so that none learns."
    remedy, label = unstick(vitals.history.config)
    return Diagnosis(
        kind="vanishing_gradients",
        severity="ill",
        sentence=sentence,
        evidence=f"Median norm of the gradient: {figure(last)} in {names[-1]}, {figure(first)} in {names[0]}. "
        + against_guessing(vitals),
        remedy=remedy,
        remedy_label=label,
    )


def _dead_shares(look: Look | None) -> dict[str, float]:
    layers = look.layers if look else ()
    return {layer.name: layer.dead_share for layer in layers if layer.dead_share is not None}


def _saturated_shares(look: Look | None) -> dict[str, float]:
    layers = look.layers if look else ()
    return {layer.name: layer.saturated_share for layer in layers if layer.saturated_share is not None}


def _revive(vitals: Vitals, *, was_born_dead: bool) -> Remedy:
    """Steps that do not kill, where it was them; otherwise weights or an activation with which units live."""
    config = vitals.history.config
    if config.init not in SOUND_INITS:
        return sound_start(config)
    if not was_born_dead and config.lr > usual_lr(config):
        return lower_lr(config, 10)
    return switch_activation(config, "leaky_relu")

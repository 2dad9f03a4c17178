"""What shows in the loss: steps that are too long, too short, or that lead nowhere."""

from collections.abc import Sequence

import numpy as np

from cnnplay.training.doctor.history import Diagnosis, Point
from cnnplay.training.doctor.remedies import SOUND_INITS, calm, lower_lr, raise_lr, sound_start, unstick, usual_lr
from cnnplay.training.doctor.vitals import Vitals
from cnnplay.training.doctor.wording import against_guessing, figure, losses, percent

EXPLODED = 5.0
"""Multiple of the loss of a network that is sure of nothing: of ten classes, the right one gets 1 in 100,000."""
GREW = 5.0
"""Growth of a layer's weights with which a network that has learned nothing was thrown off by its steps: 6 to 10**8
was seen at rates that are too high, 1.0 to 1.6 in healthy networks before they learn."""
MIN_STEPS = 20
"""Steps before which nothing is said of a network that has learned nothing."""
ROSE = 0.2
"""Rise of the loss, as a share of that of guessing, that is no noise: means of 2,000 pictures vary by 0.05 at most."""
LOW_LR = 0.1
"""Share of the usual rate under which a rate counts as low; published recipes go down to 0.2 of it."""
SLOW = 0.8
"""Share of the loss of guessing above which a network hardly learns."""
NEAR_GUESS = 1.2
"""The same, above which the network was thrown off or started badly."""
STILL = 1.02
"""Growth of the weights under which they have hardly moved."""
STALLED_WINDOWS = 8
"""Stretches of pictures, of the last half of a run, between which a plateau is looked for."""
STALLED_EPOCHS = 3.0
"""Passes over the data that the last half must hold."""
STALLED_GAIN = 0.02
"""Relative fall of the loss over a quarter of the run that counts as none; healthy runs fall by 5 % or more."""
LEARNED = 0.1
"""Share of the loss of guessing under which there is little to gain."""
STEADY_LR = 0.5
"""Share of the highest rate so far above which the schedule is not what stops learning."""


def find_nan(vitals: Vitals) -> Diagnosis | None:
    """The loss is no number any more."""
    if vitals.broken is None:
        return None
    config = vitals.history.config
    sentence = f"The loss stopped being a number by step {vitals.broken.step:,}"
    if config.lr > usual_lr(config):
        sentence += f": the learning rate of {config.lr:g} is far too high"
    before = [point for point in vitals.train if point.step < vitals.broken.step]
    evidence = f"{losses(_ends(before))}, then no number." if before else "No report of the loss has a number."
    remedy, label = calm(config)
    return Diagnosis(
        kind="nan", severity="ill", sentence=f"{sentence}.", evidence=evidence, remedy=remedy, remedy_label=label
    )


def find_exploding(vitals: Vitals) -> Diagnosis | None:
    """The loss is far above that of guessing."""
    if vitals.latest is None or vitals.latest < EXPLODED * vitals.unsure_loss:
        return None
    config, first = vitals.history.config, vitals.train[0]
    if first.step == 1 and first.loss is not None and first.loss >= EXPLODED * vitals.unsure_loss:
        sentence = "The loss is huge from the first step on: the first weights are too large."
        remedy, label = sound_start(vitals.history.config)
    elif config.lr > usual_lr(config):
        sentence = f"The loss explodes: the learning rate of {config.lr:g} is too high."
        remedy, label = calm(config)
    else:
        sentence = "The loss explodes: single steps are far too long."
        remedy, label = calm(config)
    highest = max(vitals.train, key=lambda point: point.loss or 0)
    shown = (first, highest) if highest.step != first.step else (first, *vitals.train[1:][-1:])
    evidence = f"{losses(shown)}; a network that is sure of nothing has {figure(vitals.unsure_loss)}."
    if norms := vitals.grad_norms:
        evidence += f" The gradient of a layer reached a norm of {figure(max(float(n.max()) for n in norms.values()))}."
    return Diagnosis(
        kind="exploding", severity="ill", sentence=sentence, evidence=evidence, remedy=remedy, remedy_label=label
    )


def find_lr_too_high(vitals: Vitals) -> Diagnosis | None:
    """The steps throw the weights about, or the loss has risen again."""
    if not vitals.train:
        return None
    config = vitals.history.config
    best = float(vitals.windows.min())
    rose = float(vitals.windows[-1]) - best >= ROSE * (vitals.guess_loss - vitals.best_loss)
    threw = vitals.growth >= GREW and vitals.step >= MIN_STEPS and vitals.left >= SLOW
    if not (threw or rose):
        return None
    evidence = against_guessing(vitals)
    if rose:
        evidence += f" It had been down to {figure(best)}."
    if threw:
        evidence += f" The weights of a layer have grown to {figure(vitals.growth)} times their first size."
    remedy, label = lower_lr(config, 10 if vitals.hardly_learns else 3)
    what = "The loss has risen again" if rose else "The network hardly learns"
    return Diagnosis(
        kind="lr_too_high",
        severity="ill" if vitals.hardly_learns else "watch",
        sentence=f"{what}: the learning rate of {config.lr:g} is too high.",
        evidence=evidence,
        remedy=remedy,
        remedy_label=label,
    )


def find_lr_too_low(vitals: Vitals) -> Diagnosis | None:
    """The loss hardly falls, because the weights hardly move."""
    if not vitals.train or not vitals.is_due or not SLOW <= vitals.left <= NEAR_GUESS:
        return None
    config = vitals.history.config
    is_low = config.lr < LOW_LR * usual_lr(config)
    is_still = vitals.is_stuck and vitals.growth < STILL and config.init in SOUND_INITS and not vitals.may_come
    if not (is_low or is_still):
        return None
    remedy, label = raise_lr(config, 10)
    evidence = against_guessing(vitals)
    if vitals.growth < STILL and vitals.first_look:
        evidence += f" The weights of no layer have grown by more than {100 * (vitals.growth - 1):.1g} %."
    return Diagnosis(
        kind="lr_too_low",
        severity="ill" if vitals.hardly_learns else "watch",
        sentence=f"The loss hardly falls: the learning rate of {config.lr:g} is too low.",
        evidence=evidence,
        remedy=remedy,
        remedy_label=label,
    )


def find_zero_start(vitals: Vitals) -> Diagnosis | None:
    """All weights were 0 at first, and the network has learned nothing since."""
    if not (vitals.starts_at_zero and vitals.is_stuck):
        return None
    remedy, label = sound_start(vitals.history.config)
    return Diagnosis(
        kind="plateau",
        severity="ill",
        sentence="All weights started at 0, so that no layer passes anything on to the next.",
        evidence="The weights of every layer have a norm of 0 at step 0. " + against_guessing(vitals),
        remedy=remedy,
        remedy_label=label,
    )


def find_plateau(vitals: Vitals) -> Diagnosis | None:
    """The loss stands still, at that of guessing or further down."""
    if not vitals.is_stuck:
        return _find_standstill(vitals)
    if not vitals.is_due or vitals.may_come:
        return None
    remedy, label = unstick(vitals.history.config)
    return Diagnosis(
        kind="plateau",
        severity="ill",
        sentence="The loss stands still: the network does no better than guessing.",
        evidence=against_guessing(vitals),
        remedy=remedy,
        remedy_label=label,
    )


def _find_standstill(vitals: Vitals) -> Diagnosis | None:
    """Learning has come to an end, though the rate is still high and there is much left to learn."""
    config, half = vitals.history.config, vitals.windows[len(vitals.windows) // 2 :]
    first = next(point for point in vitals.train if 2 * point.step >= vitals.step)
    lrs = [point.lr for point in vitals.train if point.lr is not None]
    if len(half) < STALLED_WINDOWS or vitals.train[-1].epoch - first.epoch < STALLED_EPOCHS:
        return None
    if vitals.left < LEARNED or (lrs and lrs[-1] < STEADY_LR * max(lrs)):
        return None
    earlier, later = (float(part.mean()) for part in np.array_split(half, 2))
    if earlier - later > STALLED_GAIN * earlier:
        return None
    remedy, label = lower_lr(config, 3)
    if config.schedule == "constant":
        remedy, label = {"schedule": "cosine"}, "with a learning rate that falls to the end"
    middle = round((first.step + vitals.step) / 2)
    return Diagnosis(
        kind="plateau",
        severity="watch",
        sentence="The loss has stopped falling while the learning rate is still high.",
        evidence=f"Mean loss {figure(earlier)} from step {first.step:,} to {middle:,}, {figure(later)} from there to "
        f"{vitals.step:,}; {percent(vitals.train[-1].accuracy)} of the last training pictures were read rightly.",
        remedy=remedy,
        remedy_label=label,
    )


def _ends(points: Sequence[Point]) -> tuple[Point, ...]:
    return (points[0], points[-1]) if len(points) > 1 else tuple(points)

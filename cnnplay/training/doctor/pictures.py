"""What shows in the pictures: those learned by heart, and classes of which there are too few."""

import math

from cnnplay.training.doctor.history import Diagnosis
from cnnplay.training.doctor.remedies import generalise
from cnnplay.training.doctor.vitals import Vitals
from cnnplay.training.doctor.wording import percent

GAP, WIDE_GAP = 0.1, 0.2
"""Accuracy on the training pictures above that on those kept out; the recipes leave 0.06 or less on MNIST-5k."""
GAP_ERRORS = 3.0
"""Standard errors of the accuracy on the pictures kept out, of which few may have been kept out."""
MIN_EPOCHS = 6
RECENT = 1 / 3
"""Share of the epochs so far, the last ones, in which nothing more was gained on the pictures kept out."""
UNEVEN, VERY_UNEVEN = 10, 100
"""Pictures of the largest class for each of the smallest; networks suffer from about 10 on and badly from 100 on
(Buda et al. 2018, arXiv:1710.05381)."""


def find_overfitting(vitals: Vitals) -> Diagnosis | None:
    """Training pictures are learned by heart, and those kept out gain nothing from it any more."""
    config = vitals.history.config
    epochs = [
        (point.epoch, point.accuracy, point.val_accuracy)
        for point in vitals.history.points
        if point.kind == "epoch" and point.val_accuracy is not None
    ]
    if len(epochs) < MIN_EPOCHS:
        return None
    epoch, accuracy, val_accuracy = epochs[-1]
    n_recent = math.ceil(RECENT * len(epochs))
    best_epoch, _, best = max(epochs[:-n_recent], key=lambda row: row[2])
    standard_error = math.sqrt(max(best * (1 - best), 0.01) / max(config.val_size, 1))
    gap, gained = accuracy - val_accuracy, max(row[2] for row in epochs[-n_recent:]) - best
    if gap < max(GAP, GAP_ERRORS * standard_error) or gained > standard_error:
        return None
    remedy, label = generalise(config)
    return Diagnosis(
        kind="overfitting",
        severity="ill" if gap >= WIDE_GAP else "watch",
        sentence="The network learns its training pictures by heart: on others it gets no better.",
        evidence=f"After epoch {epoch:.0f} {percent(accuracy)} of the training pictures are read rightly, and "
        f"{percent(val_accuracy)} of the {config.val_size:,} kept out; of these {percent(best)} were after epoch "
        f"{best_epoch:.0f}.",
        remedy=remedy,
        remedy_label=label,
    )


def find_unbalanced(vitals: Vitals) -> Diagnosis | None:
    """A class has many times the pictures of another. No setting mends that."""
    counts = vitals.history.class_counts or {}
    if len(counts) < 2:
        return None
    most, least = max(counts, key=lambda name: counts[name]), min(counts, key=lambda name: counts[name])
    if counts[most] < UNEVEN * max(counts[least], 1):
        return None
    few = [name for name in counts if counts[most] >= UNEVEN * max(counts[name], 1)]
    return Diagnosis(
        kind="unbalanced",
        severity="ill" if counts[most] >= VERY_UNEVEN * max(counts[least], 1) else "watch",
        sentence=f"The classes are uneven: the network sees far more of {most} than of {least}.",
        evidence=f"{counts[most]:,} training pictures of {most}, {counts[least]:,} of {least}.",
        remedy_label=f"Add pictures of {', '.join(few[:3])}{' and others' if len(few) > 3 else ''}",
    )

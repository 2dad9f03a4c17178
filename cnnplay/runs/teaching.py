"""What a network gained and lost by being taught corrections: measured before and after, kept beside its weights.

Values only: whoever reads a receipt needs no torch.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnplay.errors import CheckpointError
from cnnplay.evaluation.paired import SIGNIFICANT
from cnnplay.models.card import CheckpointFiles
from cnnplay.runs.records import Run
from cnnplay.settings import run_dir

RECEIPT_NAME = "receipt.json"


@dataclass(frozen=True, kw_only=True)
class Reread:
    """One correction: its right name, and what the network said before and after, with probabilities in 0..1."""

    label: str
    before: str
    before_prob: float
    after: str
    after_prob: float


@dataclass(frozen=True, kw_only=True)
class ClassChange:
    """One class: how many of its `n` test pictures were right before and after."""

    name: str
    n: int
    n_before: int
    n_after: int


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Before and after, on the corrections and on the test pictures.

    Attributes:
        taught_from: name of the network that it was before.
        dataset: key of the data set whose test pictures were read.
        corrections: in the order in which they were made.
        classes: in the order of the network's answers.
        n_newly_wrong: test pictures that were right before and are wrong now.
        n_newly_right: the other way round.
        p_value: probability of so uneven a split of these two, or a more uneven one, by chance alone.
    """

    taught_from: str
    dataset: str
    corrections: tuple[Reread, ...]
    classes: tuple[ClassChange, ...]
    n_newly_wrong: int
    n_newly_right: int
    p_value: float

    @property
    def n_test(self) -> int:
        """Number of test pictures."""
        return sum(each.n for each in self.classes)

    @property
    def accuracy_before(self) -> float:
        """On the test pictures, 0..1."""
        return sum(each.n_before for each in self.classes) / self.n_test

    @property
    def accuracy_after(self) -> float:
        """On the test pictures, 0..1."""
        return sum(each.n_after for each in self.classes) / self.n_test

    @property
    def n_learned(self) -> int:
        """Corrections that are read right now."""
        return sum(each.after == each.label for each in self.corrections)

    @property
    def n_known(self) -> int:
        """Corrections that this network had read right before."""
        return sum(each.before == each.label for each in self.corrections)

    @property
    def is_chance(self) -> bool:
        """Whether the change on the test pictures could well be chance."""
        return self.p_value >= SIGNIFICANT


def count_classes(
    names: Sequence[str],
    before: npt.NDArray[np.integer],
    after: npt.NDArray[np.integer],
    labels: npt.NDArray[np.integer],
) -> tuple[ClassChange, ...]:
    """Right answers of each class before and after.

    Args:
        names: of the K classes.
        before: (N,) answers.
        after: (N,) answers.
        labels: (N,) right answers.
    """
    return tuple(
        ClassChange(
            name=name,
            n=int((labels == k).sum()),
            n_before=int(((labels == k) & (before == k)).sum()),
            n_after=int(((labels == k) & (after == k)).sum()),
        )
        for k, name in enumerate(names)
    )


def write_receipt(files: CheckpointFiles, receipt: Receipt) -> None:
    """Writes it beside the other files of a checkpoint, whole or not at all.

    Raises:
        OSError: the disk is full, or cannot be written.
    """
    folder = files.weights.parent
    part = folder / f"{RECEIPT_NAME}.part"
    part.write_text(json.dumps(asdict(receipt), indent=1) + "\n", encoding="utf-8")
    part.replace(folder / RECEIPT_NAME)


def read_receipt(run: Run) -> Receipt | None:
    """The receipt of a run; None where it has none, because what it was taught from is gone.

    Raises:
        CheckpointError: it is damaged.
    """
    path = run_dir(run.id) / RECEIPT_NAME
    try:
        values: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Receipt(
            **{
                **values,
                "corrections": tuple(Reread(**each) for each in values["corrections"]),
                "classes": tuple(ClassChange(**each) for each in values["classes"]),
            }
        )
    except FileNotFoundError:
        return None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is no receipt ({error}). Teach the network again.") from error

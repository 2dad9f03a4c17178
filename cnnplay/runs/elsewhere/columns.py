"""The columns of a run's CSV: ours, and what other tools call the same."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cnnplay.errors import InputError

ABOUT = ("name", "model", "dataset", "recipe", "seed", "config", "started_at", "finished_at", "final_accuracy")
FACTS = ("run_id", *ABOUT)
"""About a run as a whole; all but its id stand in its first row alone."""
TRAIN_NUMBERS = ("loss", "accuracy", "lr", "images_per_s", "memory_bytes")
EPOCH_NUMBERS = ("val_accuracy", "test_accuracy")
POINT = ("kind", "step", "epoch", "elapsed_s", *TRAIN_NUMBERS, *EPOCH_NUMBERS)
"""About a point, as `records.Metric` has it; a column for each layer's gradient norm comes on top."""
NORM_PREFIX = "grad_norm/"
MAX_NAME_CHARS = 200
WALL_TIME, KEY, VALUE = "wall_time", "key", "value"
"""What only other tools write: the time of day; and in a long table the name of a number, and the number."""
FIELDS = (*FACTS, *POINT, WALL_TIME, KEY, VALUE)

SYNONYMS: dict[str, tuple[str, ...]] = {
    "run_id": ("run", "run_uuid"),
    "name": ("run_name",),
    "model": ("network", "architecture", "arch"),
    "dataset": ("data", "data_set"),
    "kind": ("split",),
    "step": ("steps", "global_step", "trainer_global_step", "iteration", "iter", "train_step"),
    "epoch": ("epochs", "train_epoch", "epoch_epoch"),
    "elapsed_s": ("elapsed", "runtime", "relative_time", "relative_time_process", "seconds", "time_s", "train_time"),
    "loss": ("train_loss", "training_loss", "epoch_loss", "train_loss_step", "train_loss_epoch", "loss_train"),
    "accuracy": (
        "acc", "train_accuracy", "train_acc", "training_accuracy", "epoch_accuracy", "accuracy_train", "train_acc_step",
        "train_acc_epoch", "train_accuracy_step", "train_accuracy_epoch", "sparse_categorical_accuracy",
        "categorical_accuracy", "train_acc1", "train_top1",
    ),
    "lr": ("learning_rate", "train_lr", "lr_sgd", "lr_adam", "lr_adamw", "lr_group_0", "lr_pg1", "learningrate"),
    "images_per_s": ("samples_per_second", "train_samples_per_second", "images_per_second", "train_images_per_s"),
    "memory_bytes": ("train_memory_bytes",),
    "val_accuracy": (
        "val_acc", "valid_acc", "valid_accuracy", "validation_accuracy", "validation_acc", "eval_accuracy", "eval_acc",
        "accuracy_val", "epoch_val_accuracy", "val_acc_epoch", "val_accuracy_epoch", "eval_top1", "val_acc1",
        "val_sparse_categorical_accuracy", "val_categorical_accuracy",
    ),
    "test_accuracy": ("test_acc", "epoch_test_accuracy", "accuracy_test", "test_acc_epoch", "test_top1", "test_acc1"),
    "wall_time": ("timestamp", "walltime", "created_at", "time"),
    "key": ("metric", "tag", "metric_name"),
    "value": ("metric_value",),
}  # fmt: skip
"""What Keras, Lightning, timm, MLflow, TensorBoard and W&B call the same, in `_plain` spelling."""
_BY_WORD = {word: field for field, words in SYNONYMS.items() for word in (field, *words)} | {f: f for f in FIELDS}


@dataclass(frozen=True)
class Columns:
    """What a file's columns are.

    Attributes:
        fields: of each column in its order, or None where it is not taken.
        names: as the file has them.
    """

    fields: tuple[str | None, ...]
    names: tuple[str, ...]

    @property
    def taken(self) -> dict[str, str]:
        """Name in the file and field of each column that is taken."""
        return {name: field for name, field in zip(self.names, self.fields, strict=True) if field}

    @property
    def left_out(self) -> tuple[str, ...]:
        """Names of the others."""
        return tuple(name for name, field in zip(self.names, self.fields, strict=True) if not field)


def find_field(name: str) -> str | None:
    """Which field a column or a metric of that name is, or None.

    Args:
        name: as a tool wrote it, in whatever spelling; W&B writes that of the run and a dash before it.
    """
    if name.startswith((NORM_PREFIX, f"train/{NORM_PREFIX}")):
        return name.removeprefix("train/") if len(name) <= MAX_NAME_CHARS else None
    own = name.rpartition(" - ")[2]
    return _BY_WORD.get(_plain(own))


def find_columns(header: Sequence[str], given: Mapping[str, str]) -> Columns:
    """Which field each column is.

    Args:
        header: names of the columns.
        given: fields of some of them, where the user knows better.

    Raises:
        InputError: two columns are the same field, or one that was given is not there or not a field.
    """
    names = tuple(name.strip() for name in header)
    for name, field in given.items():
        if name not in names:
            raise InputError(f"There is no column {name[:60]!r}. The file has: {_listed(names)}.")
        if field not in FIELDS:
            raise InputError(f"Column {name[:60]!r} cannot be {field[:60]!r}. Choose one of: {', '.join(FIELDS)}.")
    fields = [given.get(name) or find_field(name) for name in names]
    for field in {field for field in fields if field}:
        ranks = {at: _rank(names[at], field, given) for at, each in enumerate(fields) if each == field}
        best = [at for at, rank in ranks.items() if rank == min(ranks.values())]
        if len(best) > 1:
            same = _listed([names[at] for at in best])
            raise InputError(f"Columns {same} are all taken for {field}. Keep those of one run, and one column each.")
        for at in ranks.keys() - {best[0]}:
            fields[at] = None
    return Columns(tuple(fields), names)


def _rank(name: str, field: str, given: Mapping[str, str]) -> int:
    """Of several columns that could be one field, the lowest is: what the user says, then the order of the synonyms."""
    if name in given:
        return -1
    words = (field, *SYNONYMS.get(field, ()))
    spelling = _plain(name.rpartition(" - ")[2])
    return words.index(spelling) if spelling in words else 0


def _plain(name: str) -> str:
    """Small letters and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name[:60]) for name in names[:12])
    return shown + (", ..." if len(names) > 12 else "")

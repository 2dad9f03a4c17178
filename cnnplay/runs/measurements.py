"""What can be measured of a trained network, and how such work gets into the queue of the runs.

A measurement waits, is worked on, stopped and resumed as a training is: two at a time would measure each other.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import select

from cnnplay.errors import ConfigError, InputError
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.models.weights_file import read_header
from cnnplay.runs.queueing import check_name, enqueue, insert_run
from cnnplay.runs.records import Run, run_from_row
from cnnplay.runs.schema import ACTIVE, RESUMABLE, runs
from cnnplay.runs.store import RunStore
from cnnplay.runs.transitions import move, read_run
from cnnplay.runs.weights import Trained, trained_from_file, trained_from_key, trained_from_run

What = Literal["latency", "robustness", "map"]
WHAT: tuple[What, ...] = get_args(What)
USUAL: tuple[What, ...] = ("latency", "robustness")
"""What is measured where nobody says what; a map is drawn on request alone."""
MEASURED = "measured"
"""Recipe of a measurement."""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What is to be measured.

    Attributes:
        network: registry key of a shipped network, full id of a run, or absolute path of a file of weights.
        model: registry key of its architecture.
        dataset: key of the data set whose test pictures it is shown.
        what: how fast it answers, how well it reads changed pictures, where its features put the pictures on a map.
    """

    network: str
    model: str
    dataset: str
    what: tuple[What, ...] = USUAL
    recipe = MEASURED
    epochs = 1.0

    def to_json(self) -> dict[str, Any]:
        """As the run store keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Measurement":
        """Reads what `to_json` wrote.

        Raises:
            ConfigError: another version wrote it, with other fields.
        """
        try:
            return cls(**{**values, "what": tuple(values["what"])})
        except (KeyError, TypeError):
            raise ConfigError("This measurement was asked for by another version. Ask for it once more.") from None

    def covers(self, other: "Measurement") -> bool:
        """Whether it measures all that the other one does."""
        same = (self.network, self.dataset) == (other.network, other.dataset)
        return same and set(other.what) <= set(self.what)


def find_network(network: str, store: RunStore) -> Trained:
    """The network that a measurement names.

    Args:
        network: as in `Measurement`.
        store: holds the run.

    Raises:
        InputError: there is no such run.
        CheckpointError: it has no weights here.
        StoreError: the store cannot be read.
    """
    if network in MODELS:
        return trained_from_key(network)
    if network.endswith(".safetensors"):
        return trained_from_file(Path(network))
    return trained_from_run(store.get(network))


def plan(
    network: str, store: RunStore, *, dataset: str | None = None, what: tuple[What, ...] = USUAL
) -> tuple[Measurement, Trained]:
    """A measurement of a network, and the network.

    Args:
        network: as in `Measurement`.
        store: holds the run.
        dataset: key of the data set; by default the one that it learned from.
        what: is to be measured.

    Raises:
        InputError: there is no such run, or nothing to measure.
        CheckpointError: it has no weights here, or they cannot be read.
        StoreError: the store cannot be read.
    """
    if not what or not set(what) <= set(WHAT):
        raise InputError(f"{', '.join(what) or 'Nothing'} cannot be measured. Choose from: {', '.join(WHAT)}.")
    trained = find_network(network, store)
    metadata = read_header(trained.weights).metadata
    spec = get_spec(metadata.get("model", ""))
    card = trained.read_card() if trained.dataset is None else None
    key = dataset or trained.dataset or (card.dataset if card else metadata.get("dataset", spec.dataset))
    return Measurement(network=network, model=spec.key, dataset=key, what=what), trained


def queue_measurement(store: RunStore, measurement: Measurement, *, place: str, name: str) -> Run:
    """Puts a measurement at the end of the queue; one that waits or is worked on is not queued twice.

    One that was interrupted, or failed, goes on in its old place.

    Args:
        store: holds the queue.
        measurement: of `plan`.
        place: where the files of its run will be, see `this_place`.
        name: what people call the network.

    Raises:
        StoreError: the store cannot be written.
    """
    store.interrupt_stale()
    known = select(runs).where(runs.c.kind == "measurement", runs.c.deleted_at.is_(None), runs.c.state != "finished")
    with store.database.write(locks_queue=True) as connection:
        now = store.database.now(connection)
        found = [run_from_row(row) for row in connection.execute(known.order_by(runs.c.created_at)).mappings()]
        same = [run for run in found if _reads_as(run, measurement)]
        if open_ones := [run for run in same if run.state in ("queued", *ACTIVE)]:
            return open_ones[0]
        for run in same:
            can = runs.c.state.in_(RESUMABLE)
            if move(connection, run.id, "queued", where=can, worker=None, error=None, finished_at=None):
                enqueue(connection, run.id, place, now)
                return read_run(connection, run.id)
        label = check_name(name[:150])
        return read_run(
            connection, insert_run(connection, measurement, now=now, place=place, name=label, kind="measurement")
        )


def _reads_as(run: Run, measurement: Measurement) -> bool:
    try:
        return Measurement.from_json(run.config).covers(measurement)
    except ConfigError:
        return False

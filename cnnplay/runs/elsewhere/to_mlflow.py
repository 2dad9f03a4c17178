"""Runs in MLflow: parameters, tags, curves and files, on a tracking server or in a database of one's own.

A run is known again by a tag, and points of its curves by their steps: exported again, it gets what is new.
"""

import logging
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnplay.errors import ExportError
from cnnplay.runs.elsewhere.packages import need
from cnnplay.runs.elsewhere.portrait import Portrait
from cnnplay.runs.schema import State

EXPERIMENT = "cnnplay"
TAG_PREFIX = "cnnplay."
ID_TAG = f"{TAG_PREFIX}run_id"
MAX_POINTS, MAX_WORDS = 1000, 100
"""MLflow takes so many points, and so many parameters or tags, at once."""
MAX_TAG_CHARS, MAX_PARAM_CHARS = 5000, 6000
"""The least that a tracking server takes."""
MANNERS = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}
"""Where the user has set nothing else: MLflow's own patience with a server that is away is many minutes."""
STATUS: dict[State, str] = {
    "queued": "SCHEDULED",
    "running": "RUNNING",
    "paused": "RUNNING",
    "stopping": "RUNNING",
    "finished": "FINISHED",
    "failed": "FAILED",
    "interrupted": "KILLED",
}


@dataclass(frozen=True)
class Exported:
    """What became of a run in MLflow.

    Attributes:
        run_id: of the run in the store.
        mlflow_id: of the run in MLflow.
        is_new: it was not there before.
        n_points: points of curves that were not there before.
        kept_params: parameters that MLflow holds with another value, which it never changes; the tags have the new one.
    """

    run_id: str
    mlflow_id: str
    is_new: bool
    n_points: int
    kept_params: tuple[str, ...]


def export_to_mlflow(
    portraits: Sequence[Portrait], target: str, *, experiment: str = EXPERIMENT
) -> tuple[Exported, ...]:
    """Brings runs to MLflow, and those that are there already up to date.

    Args:
        portraits: of the runs.
        target: address of a tracking server or a database, as MLflow takes it; or a folder, which gets a database.
        experiment: its name in MLflow; made where it is not there.

    Returns:
        What became of each, in their order.

    Raises:
        ExportError: MLflow is not installed, cannot be reached, or refuses.
    """
    need("mlflow")
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "true"  # before it is imported
    for name, value in MANNERS.items():
        os.environ.setdefault(name, value)
    uri, files = _address(target)
    with _in_one_sentence(target):
        client = _client(uri)
        experiment_id = _experiment(client, experiment, files)
        return tuple(_export(client, experiment_id, portrait) for portrait in portraits)


def _address(target: str) -> tuple[str, str | None]:
    """The address for MLflow, and where a new experiment's files go; None leaves that to the server."""
    if target.startswith("sqlite:///"):
        return target, (Path(target.removeprefix("sqlite:///")).absolute().parent / "mlartifacts").as_uri()
    if re.match(r"[a-z+]+:", target) or target == "databricks":
        return target, None
    folder = Path(target).expanduser().absolute()
    if any(folder.glob("*/meta.yaml")):
        raise ExportError(
            f"{target} holds runs as files, as MLflow kept them before version 3.7; it writes there no longer. "
            "Give another folder, or bring them into a database: mlflow migrate-filestore --help."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{target} cannot be made ({error.strerror or error}). Give another folder.") from error
    return f"sqlite:///{folder / 'mlflow.db'}", (folder / "mlartifacts").as_uri()


def _client(uri: str) -> Any:
    import mlflow

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they tell of every table that they make
    return mlflow.MlflowClient(tracking_uri=uri)


@contextmanager
def _in_one_sentence(target: str) -> Iterator[None]:
    """Whatever MLflow raises, without the name and password that an address may hold."""
    from sqlalchemy.exc import SQLAlchemyError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own deprecations
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (MlflowException, SQLAlchemyError, OSError) as error:
            said = re.sub(r"://[^/\s@]*@", "://", " ".join(str(error).split()))[:300]
            where = re.sub(r"://[^/\s@]*@", "://", target)
            raise ExportError(
                f"MLflow at {where} does not take it ({said}). Give the address of a tracking server, or a folder."
            ) from None


def _experiment(client: Any, name: str, files: str | None) -> str:
    found = client.get_experiment_by_name(name)
    if found is None:
        return str(client.create_experiment(name, artifact_location=files))
    if found.lifecycle_stage != "active":
        raise ExportError(f"The experiment {name!r} was deleted in MLflow. Restore it there, or give --experiment.")
    return str(found.experiment_id)


def _export(client: Any, experiment_id: str, portrait: Portrait) -> Exported:
    run = portrait.run
    found = client.search_runs([experiment_id], filter_string=f"tags.`{ID_TAG}` = '{run.id}'", max_results=1)
    there = found[0] if found else client.create_run(
        experiment_id, start_time=_ms(portrait.started_at), tags={ID_TAG: run.id}, run_name=run.name
    )  # fmt: skip
    mlflow_id = there.info.run_id
    kept = _log_words(client, mlflow_id, portrait, there.data.params)
    n_points = _log_points(client, mlflow_id, portrait, there.data.metrics)
    for path in portrait.files:
        client.log_artifact(mlflow_id, str(path))
    client.update_run(mlflow_id, name=run.name)
    if run.finished_at is None:
        client.update_run(mlflow_id, status=STATUS[run.state])
    else:
        client.set_terminated(mlflow_id, STATUS[run.state], end_time=_ms(run.finished_at))
    return Exported(run.id, mlflow_id, is_new=not found, n_points=n_points, kept_params=kept)


def _log_words(client: Any, mlflow_id: str, portrait: Portrait, there: dict[str, str]) -> tuple[str, ...]:
    """Parameters and tags; returns the names of those parameters that MLflow holds with another value."""
    from mlflow.entities import Param, RunTag

    wanted = {name: str(value)[:MAX_PARAM_CHARS] for name, value in portrait.params.items()}
    kept = tuple(name for name, value in wanted.items() if there.get(name, value) != value)
    tags = {TAG_PREFIX + name: value for name, value in portrait.tags.items()}
    tags |= {f"{TAG_PREFIX}now.{name}": wanted[name] for name in kept}
    tags |= {"mlflow.source.name": "cnnplay", "mlflow.source.type": "LOCAL"}
    for some in _in_turn([Param(name, value) for name, value in wanted.items() if name not in there], MAX_WORDS):
        client.log_batch(mlflow_id, params=some)
    client.log_batch(mlflow_id, tags=[RunTag(name, value[:MAX_TAG_CHARS]) for name, value in tags.items()])
    return kept


def _log_points(client: Any, mlflow_id: str, portrait: Portrait, there: dict[str, float]) -> int:
    """Those of steps that are not there yet; returns how many."""
    from mlflow.entities import Metric

    new = []
    for name, scalars in portrait.scalars.items():
        known = {point.step for point in client.get_metric_history(mlflow_id, name)} if name in there else set()
        new += [Metric(name, s.value, _ms(s.wall_s), s.step) for s in scalars if s.step not in known]
    for some in _in_turn(new, MAX_POINTS):
        client.log_batch(mlflow_id, metrics=some)
    return len(new)


def _in_turn(items: Sequence[Any], n: int) -> Iterator[Sequence[Any]]:
    return (items[first : first + n] for first in range(0, len(items), n))


def _ms(seconds: float) -> int:
    return round(1000 * seconds)

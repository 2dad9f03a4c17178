"""Runs as TensorBoard's event files: curves, hyperparameters, and a page of text.

The bytes follow from the run alone, and a file is there whole or not at all: a run that is exported again has one file,
as before.
"""

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplay.errors import ExportError
from cnnplay.runs.elsewhere.packages import need
from cnnplay.runs.elsewhere.portrait import Portrait
from cnnplay.runs.records import Run

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event

FILE_VERSION = "brain.Event:2"
TEXT_TAG = "run/text_summary"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""A zip's earliest, so that the same run gives the same zip."""


def export_to_tensorboard(portraits: Sequence[Portrait], folder: Path) -> tuple[Path, ...]:
    """Writes a folder for each run, with one event file; an older one of the same run is replaced.

    Args:
        portraits: of the runs.
        folder: that TensorBoard is to be pointed at; made where it is not there.

    Returns:
        The event files, in the order of the runs.

    Raises:
        ExportError: TensorBoard is not installed, or the folder cannot be written.
    """
    need("tensorboard")
    made = []
    for portrait in portraits:
        path = folder / _file_name(portrait.run)
        content = event_file(portrait)
        try:
            _write_whole(path, content)
        except OSError as error:
            raise ExportError(f"{path} cannot be written ({error.strerror or error}). Give another folder.") from error
        made.append(path)
    return tuple(made)


def zip_for_tensorboard(portraits: Sequence[Portrait]) -> bytes:
    """The same folders as a zip.

    Raises:
        ExportError: TensorBoard is not installed.
    """
    need("tensorboard")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for portrait in portraits:
            packed.writestr(zipfile.ZipInfo(_file_name(portrait.run), ZIP_TIME), event_file(portrait))
    return content.getvalue()


def event_file(portrait: Portrait) -> bytes:
    """The events of a run as TensorBoard stores them; scalars in single precision."""
    from tensorboard.summary.writer.record_writer import RecordWriter

    content = io.BytesIO()
    writer = RecordWriter(content)
    for event in _events(portrait):
        writer.write(event.SerializeToString())
    return content.getvalue()


def _file_name(run: Run) -> str:
    """Made of what never changes of a run, so that an export can find the one before."""
    stem = re.sub(r"[^a-zA-Z0-9_]+", "-", f"{run.model}-{run.dataset}-{run.short_id}")
    return f"{stem}/events.out.tfevents.{int(run.created_at)}.cnnplay"


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # TensorBoard reads every file that has "tfevents" in its name.
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(part).chmod(0o644)
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)


def _events(portrait: Portrait) -> "Iterator[Event]":
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    began = portrait.started_at
    yield Event(wall_time=began, file_version=FILE_VERSION)
    for summary in _about(portrait):
        yield Event(wall_time=began, step=0, summary=summary)
    points = [(scalar.wall_s, scalar.step, name, scalar.value) for name, s in portrait.scalars.items() for scalar in s]
    for wall_s, step, name, value in sorted(points, key=lambda point: point[:3]):
        yield Event(wall_time=wall_s, step=step, summary=Summary(value=[Summary.Value(tag=name, simple_value=value)]))


def _about(portrait: Portrait) -> "Iterator[object]":
    """Hyperparameters, how the session ended, and the text."""
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.compat.proto.types_pb2 import DT_STRING
    from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb
    from tensorboard.plugins.text.metadata import create_summary_metadata

    run = portrait.run
    yield hparams_pb(dict(portrait.params), trial_id=run.id, start_time_secs=portrait.started_at)
    status = {"finished": api_pb2.STATUS_SUCCESS, "failed": api_pb2.STATUS_FAILURE}.get(run.state)
    if status is not None:
        end = plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=run.finished_at)
        about = metadata.create_summary_metadata(plugin_data_pb2.HParamsPluginData(session_end_info=end))
        value = Summary.Value(tag=metadata.SESSION_END_INFO_TAG, metadata=about, tensor=metadata.NULL_TENSOR)
        yield Summary(value=[value])
    text = _table({"name": run.name, **portrait.tags})
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    tensor = TensorProto(dtype=DT_STRING, string_val=[text.encode()], tensor_shape=shape)
    about = SummaryMetadata.FromString(create_summary_metadata("", "").SerializeToString())
    yield Summary(value=[Summary.Value(tag=TEXT_TAG, metadata=about, tensor=tensor)])


def _table(facts: Mapping[str, str]) -> str:
    """In Markdown; a name may hold signs that would end a cell."""
    rows = [f"| {name} | {' '.join(value.split()).replace('|', '/')} |" for name, value in facts.items()]
    return "\n".join(["| | |", "|---|---|", *rows])

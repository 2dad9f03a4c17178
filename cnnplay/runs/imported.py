"""Networks that come as files, from strangers too: looked at with suspicion, measured here, kept as finished runs.

What such a file says of its accuracy or its training is not believed; only its weights are taken, and the words that
name its architecture and its data set.
"""

import json
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from cnnplay.data.catalog import DATASETS, DatasetSpec, get_dataset_spec
from cnnplay.data.own import is_own_key
from cnnplay.data.store import is_available, load_dataset
from cnnplay.errors import CheckpointError, CnnplayError, InputError
from cnnplay.models.card import Card, CheckpointFiles, checkpoint_files
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.models.weights_file import WeightsHeader, read_header, with_metadata
from cnnplay.runs.records import IMPORTED, Run
from cnnplay.runs.schema import artefacts, runs
from cnnplay.runs.store import RunStore
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig

MAX_NAME_CHARS = 80
MAX_OPTION = 1024
"""Largest number that an option of an architecture may have in a file."""
MAX_OPTION_CHARS = 40


def examine_file(path: Path) -> TrainConfig:
    """Looks at a file without reading its weights, and builds nothing that takes memory.

    Args:
        path: a .safetensors file, as this project writes or exports it.

    Returns:
        As much of a training configuration as is known: architecture, options, data set.

    Raises:
        CheckpointError: it is damaged, too large, or anything else than the weights of an architecture that is known.
    """
    header = read_header(path)
    key, options = header.metadata.get("model", ""), _read_options(path, header)
    if key not in MODELS:
        raise CheckpointError(
            f"{path} names the architecture {key[:60]!r}, which is not known here. Known are: {', '.join(MODELS)}."
        )
    dataset = header.metadata.get("dataset", get_spec(key).dataset)
    if dataset not in DATASETS and not is_own_key(dataset):
        raise CheckpointError(
            f"{path} learned from the data set {dataset[:60]!r}, which is not known here. Known are: "
            f"{', '.join(DATASETS)}."
        )
    _check_shapes(path, key, options, header)
    _check_classes(path, key, options, dataset)
    return TrainConfig(model=key, dataset=dataset, recipe=IMPORTED, model_options=options)


def import_network(path: Path, store: RunStore, *, name: str | None = None) -> Run:
    """Keeps the network of a file as a finished run, with a card measured on the test set if its data are here.

    Args:
        path: a .safetensors file, as this project writes or exports it.
        store: gets the run.
        name: for people; by default that of the file.

    Raises:
        CheckpointError: as `examine_file`, or a weight is no finite number.
        DataError: the data set here is damaged.
        StoreError: the store cannot be written.
        OSError: the disk is full, or cannot be written.
    """
    config = examine_file(path)
    run_id = str(uuid.uuid4())
    files = checkpoint_files(run_dir(run_id), config.model, config.dataset)
    files.weights.parent.mkdir(parents=True)
    try:
        words = {"model": config.model, "options": json.dumps(dict(config.model_options)), "dataset": config.dataset}
        files.weights.write_bytes(with_metadata(path, words))
        _check_numbers(path, files)
        card = _measure(config, files) if _find_data(config.dataset) and is_available(config.dataset) else None
        return _enter(store, run_id, config, files, name=tidy_name(name or path.stem), card=card)
    except BaseException:
        shutil.rmtree(files.weights.parent)
        raise


def _read_options(path: Path, header: WeightsHeader) -> dict[str, Any]:
    try:
        options = json.loads(header.metadata.get("options", "{}"))
    except (ValueError, RecursionError):
        options = None
    if not isinstance(options, dict) or not all(map(_is_harmless, options.values())):
        raise CheckpointError(f"{path} has options of its architecture that no network here has.")
    return options


def _is_harmless(value: Any) -> bool:
    """A small number, a short word, yes or no; or a few small numbers."""
    if isinstance(value, list):
        return len(value) <= 8 and all(isinstance(item, int) and _is_harmless(item) for item in value)
    return abs(value) <= MAX_OPTION if isinstance(value, int | float) else len(str(value)) <= MAX_OPTION_CHARS


def _check_shapes(path: Path, key: str, options: Mapping[str, Any], header: WeightsHeader) -> None:
    import torch

    from cnnplay.models.registry import build

    try:
        with torch.device("meta"):  # shapes without numbers
            state = build(key, **options).state_dict()
    except (CnnplayError, TypeError, ValueError, RuntimeError):
        raise CheckpointError(f"{path} has options of its architecture that {key} does not have.") from None
    expected = {name: tuple(value.shape) for name, value in state.items() if value.is_floating_point()}
    wrong = sorted(
        name for name in expected.keys() | header.shapes.keys() if expected.get(name) != header.shapes.get(name)
    )
    if wrong:
        names = ", ".join(name[:60] for name in wrong[:3])
        raise CheckpointError(f"The weights in {path} do not fit {key}: {names} differ. Choose another file.")


def _check_classes(path: Path, key: str, options: Mapping[str, Any], dataset: str) -> None:
    spec, data = get_spec(key), _find_data(dataset)
    n_classes = options.get("n_classes", len(spec.classes))
    if data is None:
        return
    if data.image_shape != spec.input_shape or len(data.classes) != n_classes:
        raise CheckpointError(
            f"{path} cannot have learned from {dataset}: it takes pictures of shape {spec.input_shape} and has "
            f"{n_classes} classes, {dataset} has {data.image_shape} and {len(data.classes)}."
        )


def _find_data(dataset: str) -> DatasetSpec | None:
    """What is known of a data set; None of one that somebody else made."""
    try:
        return get_dataset_spec(dataset)
    except InputError:
        return None


def _check_numbers(path: Path, files: CheckpointFiles) -> None:
    from cnnplay.models.checkpoint import load_model

    _, model = load_model(files.weights)
    if not all(bool(value.isfinite().all()) for value in model.state_dict().values()):
        raise CheckpointError(f"{path} holds weights that are no finite numbers. Choose another file.")


def _measure(config: TrainConfig, files: CheckpointFiles) -> Card:
    """What nobody here knows of the training stays empty on the card."""
    from cnnplay.runs.conclusion import Circumstances, measure_result
    from cnnplay.training.device import resolve_device

    unknown = Circumstances(
        device=resolve_device("auto"), precision="", wall_s=0.0, images_per_s=0.0, train_accuracy=0.0
    )
    return measure_result(config, load_dataset(config.dataset), files, unknown)


def _enter(
    store: RunStore, run_id: str, config: TrainConfig, files: CheckpointFiles, *, name: str, card: Card | None
) -> Run:
    made = [path for path in (files.weights, files.card, files.test_probs) if path.is_file()]
    with store.database.write() as connection:
        now = store.database.now(connection)
        accuracy = card.accuracy if card else None
        row = finished_row(run_id, config.to_json(), name=name, now=now, accuracy=accuracy)
        connection.execute(insert(runs).values(row))
        rows = [{"run_id": run_id, "name": p.name, "size_bytes": p.stat().st_size, "created_at": now} for p in made]
        connection.execute(insert(artefacts), rows)
    return store.get(run_id)


def finished_row(run_id: str, config: Mapping[str, Any], *, name: str, now: float, **values: Any) -> dict[str, Any]:
    """A row of the table of runs for one that was trained elsewhere.

    Args:
        run_id: UUID.
        config: as much as is known of it; model and data set are.
        name: for people.
        now: seconds since 1970.
        values: further columns.
    """
    return {
        "id": run_id,
        "name": name,
        "state": "finished",
        "model": config["model"],
        "dataset": config["dataset"],
        "recipe": IMPORTED,
        "config": dict(config),
        "created_at": now,
        "finished_at": now,
        "step": 0,
        "epoch": 0.0,
        "epochs": 0.0,
        **values,
    }


def tidy_name(name: str) -> str:
    """A name from outside: what can be printed, in one line, not too long."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    return " ".join(printable.split())[:MAX_NAME_CHARS].rstrip() or "Imported network"

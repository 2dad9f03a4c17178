"""Measures trained networks, piece by piece; each piece is kept at once, and not measured again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cnnplay.data.store import Dataset, image_hashes, load_dataset
from cnnplay.errors import CheckpointError, InputError
from cnnplay.evaluation.corruptions import Corruption, corruptions_for
from cnnplay.evaluation.feature_map import (
    N_LAYOUT_STEPS,
    SEED,
    Floats,
    choose_evenly,
    kept_neighbours,
    last_features,
    lay_out,
)
from cnnplay.evaluation.latency import BATCHES, measure_latency
from cnnplay.evaluation.robustness import read_corrupted
from cnnplay.models.checkpoint import load_model
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import get_spec
from cnnplay.models.spec import ModelSpec
from cnnplay.runs.feature_map import FeatureMap, read_map, write_map
from cnnplay.runs.measured import (
    Curve,
    Latency,
    data_hash,
    read_latency,
    read_robustness,
    weights_hash,
    write_curve,
    write_latency,
)
from cnnplay.runs.measurements import Measurement, find_network
from cnnplay.runs.store import RunStore
from cnnplay.training.device import describe_hardware, resolve_device


@dataclass(frozen=True, eq=False)
class Network:
    """A trained network in memory, and the file and content hash that it came from."""

    weights: Path
    weights_hash: str
    model: nn.Module
    spec: ModelSpec


@dataclass(frozen=True)
class Progress:
    """How far a measurement is; a step is a picture read, a batch size timed, or a step of a map's layout."""

    step: int
    n_steps: int


def open_network(weights: Path) -> Network:
    """Loads a network to be measured, on the fastest device here.

    Raises:
        CheckpointError: the file is missing or damaged.
    """
    key, model = load_model(weights)
    return Network(weights, weights_hash(weights), model.to(resolve_device("auto")), get_spec(key))


def run_measurement(measurement: Measurement, store: RunStore) -> Iterator[Progress]:
    """Measures what is not known yet.

    Args:
        measurement: what is to be known.
        store: holds the runs.

    Yields:
        How far it is: at the start, and after each piece.

    Raises:
        CheckpointError: the network has no weights here, or they changed meanwhile.
        DataError: the data set is not here, or damaged.
        InputError: the data set does not fit the network.
    """
    network = open_network(find_network(measurement.network, store).weights)
    times = "latency" in measurement.what and read_latency(network.weights) is None
    n_timed = len(BATCHES) if times else 0
    draws = "map" in measurement.what and read_map(network.weights, measurement.dataset) is None
    drawing = draw_map(network, measurement.dataset) if draws else iter(())
    n_drawn = next(drawing, Progress(0, 0)).n_steps
    reading = measure_curves([network], measurement.dataset) if "robustness" in measurement.what else iter(())
    first = next(reading, Progress(0, 0))
    n_steps = n_drawn + n_timed + first.n_steps
    yield Progress(first.step, n_steps)
    for progress in drawing:
        yield Progress(first.step + progress.step, n_steps)
    if times:
        time_network(network)
        yield Progress(first.step + n_drawn + n_timed, n_steps)
    for progress in reading:
        yield Progress(progress.step + n_drawn + n_timed, n_steps)


def draw_map(network: Network, dataset: str) -> Iterator[Progress]:
    """Lays test pictures out by what the network's last dense layer is given for them, and keeps the map.

    Args:
        network: which takes these pictures.
        dataset: key of the data set.

    Yields:
        How far it is: at the start, and after each part.

    Raises:
        CheckpointError: the weights changed meanwhile.
        DataError: the data set is not here, or damaged.
        InputError: it does not fit the network, or has too few test pictures.
    """
    data = load_dataset(dataset)
    _check_fit([network], data)
    images = np.asarray(data.test_images[choose_evenly(np.asarray(data.test_labels))])
    n_steps = len(images) + N_LAYOUT_STEPS
    yield Progress(0, n_steps)
    parts: list[Floats] = []
    for part in last_features(network.model, network.spec, images):
        parts.append(part)
        yield Progress(sum(map(len, parts)), n_steps)
    features = np.concatenate(parts)
    for layout in lay_out(features):
        if layout.step < layout.n_steps:
            yield Progress(len(images) + layout.step, n_steps)
    _check_unchanged(network)
    found = FeatureMap(
        dataset=dataset, image_hashes=image_hashes(images), xy=layout.xy, n_features=features.shape[1],
        kept_neighbours=kept_neighbours(features, layout.xy),
        perplexity=layout.perplexity, seed=SEED, tsne_version=version("openTSNE"), made_at=_today(),
    )  # fmt: skip
    write_map(network.weights, found)
    yield Progress(n_steps, n_steps)


def time_network(network: Network) -> Latency:
    """Measures how fast a network answers, and keeps it.

    Raises:
        CheckpointError: the weights changed meanwhile.
    """
    device = next(network.model.parameters()).device
    single, many = (measure_latency(network.model, network.spec, batch) for batch in BATCHES)
    latency = Latency(
        single=single,
        batch=many,
        device=device.type,
        hardware=describe_hardware(device),
        threads=torch.get_num_threads(),
        torch_version=torch.__version__.split("+")[0],
        measured_at=_today(),
    )
    _check_unchanged(network)
    write_latency(network.weights, latency)
    return latency


def measure_curves(networks: Sequence[Network], dataset: str) -> Iterator[Progress]:
    """Shows networks the same changed pictures, one corruption after the other, and keeps each curve.

    Args:
        networks: all that take these pictures; those that have a curve already do not see its pictures again.
        dataset: key of the data set.

    Yields:
        How far it is: at the start, and after each part of the pictures.

    Raises:
        CheckpointError: weights changed meanwhile.
        DataError: the data set is not here, or damaged.
        InputError: it does not fit a network.
    """
    data, name = load_dataset(dataset), data_hash(dataset) or ""
    _check_fit(networks, data)
    n, n_channels = len(data.test_labels), data.test_images.shape[1]
    known = {each: read_robustness(each.weights, dataset, partial=True) for each in networks}
    clean = {each: found.clean for each, found in known.items() if found}
    corruptions = corruptions_for(n_channels)
    missing = {c: [each for each in networks if not (f := known[each]) or not f.curve(c.key)] for c in corruptions}
    n_strengths = {c.key: len(c.strengths(n_channels)) - 1 for c in corruptions}
    n_all = n * len(networks) * (1 + sum(n_strengths.values()))
    step = n_all - n * (len(networks) - len(clean)) - n * sum(n_strengths[c.key] * len(m) for c, m in missing.items())
    yield Progress(step, n_all)
    first = [(corruptions[0], (0.0,), [each for each in networks if each not in clean])]
    for corruption, strengths, chosen in [*first, *((c, c.strengths(n_channels)[1:], m) for c, m in missing.items())]:
        if not chosen:
            continue
        right = np.zeros((len(strengths), len(chosen)))
        pairs = [(each.model, each.spec) for each in chosen]
        for part in read_corrupted(
            pairs, data.test_images, data.test_labels, corruption=corruption, strengths=strengths
        ):
            right[strengths.index(part.strength)] += part.n_right
            step += part.n * len(chosen)
            yield Progress(step, n_all)
        for each, shares in zip(chosen, (right / n).T.tolist(), strict=True):
            if strengths == (0.0,):
                clean[each] = shares[0]
            else:
                _keep(each, corruption, (clean[each], *shares), dataset=dataset, name=name, n=n)


def _keep(
    network: Network, corruption: Corruption, accuracies: tuple[float, ...], *, dataset: str, name: str, n: int
) -> None:
    curve = Curve(
        corruption=corruption.key,
        strengths=corruption.strengths(network.spec.input_shape[0]),
        accuracies=accuracies,
        hardware=describe_hardware(next(network.model.parameters()).device),
        measured_at=_today(),
    )
    _check_unchanged(network)
    write_curve(network.weights, curve, dataset=dataset, data_hash=name, n=n)


def _check_unchanged(network: Network) -> None:
    if weights_hash(network.weights) != network.weights_hash:
        raise CheckpointError(f"{network.weights} changed while it was measured. Measure it once more.")


def _check_fit(networks: Sequence[Network], data: Dataset) -> None:
    shape, n_classes = data.test_images.shape[1:], len(data.spec.classes)
    for each in networks:
        own = each.spec.input_shape
        answers = compute_logits(each.model, each.spec, np.zeros((1, *own), np.uint8)).shape[1]
        if (own, answers) != (shape, n_classes):
            raise InputError(
                f"{each.spec.key} takes pictures {own} of {answers} classes; {data.spec.key} has {shape} of "
                f"{n_classes}. Choose a data set that fits."
            )


def _today() -> str:
    return datetime.now(UTC).date().isoformat()

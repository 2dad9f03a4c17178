"""A map of pictures: what a network's last dense layer is given for each, laid out on a plane by t-SNE.

van der Maaten and Hinton 2008, Visualizing Data using t-SNE; the implementation is openTSNE (Poličar et al. 2024).
Neighbours in the features become neighbours on the plane; distances between groups, and their sizes, mean little.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from cnnplay.errors import InputError
from cnnplay.inference.inside.graph import read_graph
from cnnplay.models.forward import CPU_BATCH, GPU_BATCH, normaliser
from cnnplay.models.spec import ModelSpec

Floats = npt.NDArray[np.float32]
N_PICTURES = 3000
"""So many are laid out: enough to see every class, and light enough for a page."""
MIN_PICTURES = 20
PERPLEXITY = 30.0
"""About so many neighbours of each picture count; van der Maaten and Hinton advise 5 to 50."""
PICTURES_PER_NEIGHBOUR = 3
"""As many pictures as that for each neighbour that counts, or all would be neighbours of all."""
EXAGGERATION, N_EXAGGERATED, N_STEPS = 12.0, 250, 500
"""openTSNE's own: neighbours attract twelve times as much at first, so that groups find together."""
N_LAYOUT_STEPS = N_EXAGGERATED + N_STEPS
STEPS_AT_A_TIME = 50
SEED = 0
N_NEAREST = 10
"""So many nearest neighbours are looked at to say how well a map keeps neighbourhoods."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Layout:
    """Pictures on the plane, or on the way there.

    Attributes:
        step, n_steps: how far it is; it is done when they are equal.
        xy: (N, 2) float32, around 0, the outermost at 1 or -1.
        perplexity: that was used; less than `PERPLEXITY` for few pictures.
    """

    step: int
    n_steps: int
    xy: Floats
    perplexity: float


def choose_evenly(labels: npt.NDArray[np.integer], n: int = N_PICTURES, *, seed: int = SEED) -> npt.NDArray[np.int64]:
    """Chooses pictures, as many of each class as can be; the same seed chooses the same.

    Args:
        labels: (N,) classes.
        n: how many to choose; all where there are no more.
        seed: of the choice.

    Returns:
        (n,) places in `labels`, ascending.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    turns = np.empty(len(labels), np.int64)  # the how-many-th of its class a picture is
    for label in np.unique(labels):
        mine = order[labels[order] == label]
        turns[mine] = np.arange(len(mine))
    return np.sort(order[np.argsort(turns[order], kind="stable")][:n])


def last_features(model: nn.Module, spec: ModelSpec, images: npt.NDArray[np.uint8]) -> Iterator[Floats]:
    """What the last dense layer is given, part by part; the network is neither changed nor hooked.

    Args:
        model: in evaluation mode, on any device.
        spec: gives the normalisation.
        images: (N, C, H, W) uint8.

    Yields:
        (n, D) float32, in order.
    """
    graph = read_graph(model)
    source = next(step.inputs[0] for step in reversed(graph.steps) if step.kind == "linear")
    device = next(model.parameters()).device
    normalise, n_batch = normaliser(spec, device), CPU_BATCH if device.type == "cpu" else GPU_BATCH
    for start in range(0, len(images), n_batch):
        batch = torch.from_numpy(np.array(images[start : start + n_batch])).to(device)
        with torch.inference_mode():
            values = graph.compute(normalise(batch).contiguous(memory_format=torch.channels_last))
            features: Floats = values[source].flatten(1).float().cpu().numpy()
        yield features


def lay_out(features: Floats, *, seed: int = SEED) -> Iterator[Layout]:
    """Lays pictures out on the plane; the same features and seed give the same map on the same machine.

    Args:
        features: (N, D), of `MIN_PICTURES` or more.
        seed: of the first positions, and of the search for neighbours.

    Yields:
        Where they are, every few steps.

    Raises:
        InputError: there are too few pictures.
    """
    from openTSNE import TSNE  # with scikit-learn it takes a second, and only this needs it

    n = len(features)
    if n < MIN_PICTURES:
        raise InputError(f"A map needs {MIN_PICTURES} pictures or more, and there are {n}.")
    perplexity = min(PERPLEXITY, (n - 1) / PICTURES_PER_NEIGHBOUR)
    embedding = TSNE(perplexity=perplexity, random_state=seed).prepare_initial(np.asarray(features, np.float64))
    for step in range(0, N_LAYOUT_STEPS, STEPS_AT_A_TIME):
        exaggeration = EXAGGERATION if step < N_EXAGGERATED else None
        embedding.optimize(STEPS_AT_A_TIME, exaggeration=exaggeration, inplace=True)
        yield Layout(
            step=step + STEPS_AT_A_TIME, n_steps=N_LAYOUT_STEPS, xy=_normalised(embedding), perplexity=perplexity
        )


def kept_neighbours(features: Floats, xy: Floats) -> float:
    """How well a map keeps neighbourhoods.

    Args:
        features: (N, D), of more than `N_NEAREST` pictures.
        xy: (N, 2).

    Returns:
        Share, 0..1, of the pictures' ten nearest ones in the features that are among the ten nearest on the map; no
        more than chance would be 10 / (N - 1).
    """
    in_features, on_map = _nearest(features), _nearest(xy)
    return float(np.mean([len(np.intersect1d(a, b)) for a, b in zip(in_features, on_map, strict=True)]) / N_NEAREST)


def _nearest(points: Floats) -> npt.NDArray[np.int64]:
    """(N, N_NEAREST) places of each point's nearest others, in no order."""
    centred = np.asarray(points, np.float64) - points.mean(0)
    lengths = (centred**2).sum(1)
    distances = lengths[:, None] + lengths - 2 * centred @ centred.T
    np.fill_diagonal(distances, np.inf)
    return np.argpartition(distances, N_NEAREST, axis=1)[:, :N_NEAREST]


def _normalised(positions: npt.NDArray[np.floating]) -> Floats:
    xy = np.asarray(positions, np.float64)
    xy = xy - (xy.max(0) + xy.min(0)) / 2
    scaled: Floats = (xy / (np.abs(xy).max() or 1.0)).astype(np.float32)
    return scaled

"""Four published ways to ask which pixels an answer rests on, each with what it cost.

Grad-CAM: Selvaraju et al. 2017, arXiv:1610.02391. Integrated gradients: Sundararajan et al. 2017, arXiv:1703.01365.
Saliency: Simonyan et al. 2013, arXiv:1312.6034. Occlusion: Zeiler and Fergus 2013, arXiv:1311.2901. All four are
computed by Captum (Kokhlikyan et al. 2020, arXiv:2009.07896), which sets hooks: it gets a copy of the network.

All of them take pictures in 0..1, so that a change of 1 is from no light to full light for every network.
"""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cnnplay.errors import InputError
from cnnplay.inference.inside.graph import Graph
from cnnplay.inference.inside.probe import copy_with_probe, private_copy
from cnnplay.models.forward import CPU_BATCH, normaliser
from cnnplay.models.spec import ModelSpec
from cnnplay.models.surgery import PixelShuffle

Method = Literal["gradcam", "integrated", "saliency", "occlusion"]
Fill = Literal["black", "mean", "white"]
METHODS: tuple[Method, ...] = get_args(Method)
FILLS: tuple[Fill, ...] = get_args(Fill)
SIGNED = ("integrated", "occlusion")
"""Methods whose values say for (above 0) and against (below 0)."""
USUAL_STEPS = 24
"""Of integrated gradients: enough for a gap of a few percent here; more of them cost as much more."""
GRADIENT_BATCH = 32
"""Pictures at a time with gradients: the maps of all steps are kept until the gradient has passed."""


@dataclass(frozen=True)
class Question:
    """Which score is explained: the logit of a class, or by how much it is above that of another.

    Attributes:
        class_idx: the class.
        against: the other one, or None.
    """

    class_idx: int
    against: int | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the methods are carried out.

    Attributes:
        layer: step whose maps Grad-CAM reads; (C, h, w) per picture.
        n_steps: of integrated gradients, between the baseline and the picture.
        window_px: side of the square that occlusion hides.
        stride_px: between two places of it.
        fill: what it is hidden with, and what integrated gradients starts from.
    """

    layer: str | None = None
    n_steps: int = USUAL_STEPS
    window_px: int = 5
    stride_px: int = 2
    fill: Fill = "black"


@dataclass(frozen=True, eq=False)
class Attribution:
    """What one method says.

    Attributes:
        method: which one.
        values: (H, W) float32, for the picture's pixels; of a colour picture one value for all channels.
        score: that is explained, in logits.
        n_forward: pictures that went through the network, counted.
        n_backward: gradients that came back through it, counted.
        elapsed_s: measured, without the time that the copy of the network took.
        map_px: side lengths of the maps that Grad-CAM read, before they were enlarged; else those of the picture.
        gap: of integrated gradients: the sum of all values less the difference of the scores that it should be.
        score_start: of integrated gradients: the score of the baseline.
    """

    method: Method
    values: NDArray[np.float32]
    score: float
    n_forward: int
    n_backward: int
    elapsed_s: float
    map_px: tuple[int, int]
    gap: float | None = None
    score_start: float | None = None

    @property
    def is_signed(self) -> bool:
        """Whether there are values for and against."""
        return self.method in SIGNED


class Score:
    """The question as a function of pictures, which counts what passes through: (N, C, H, W) in 0..1 to (N,) logits."""

    def __init__(self, model: nn.Module, spec: ModelSpec, question: Question) -> None:
        self.model, self.question = model, question
        self.normalise = normaliser(spec)
        self.n_forward = self.n_backward = 0

    def __call__(self, pictures: Tensor) -> Tensor:
        """(N, C, H, W) float32 in 0..1 to (N,) logits."""
        x = self.normalise(pictures).contiguous(memory_format=torch.channels_last)
        logits: Tensor = self.model(x)
        self.n_forward += len(logits)
        if logits.requires_grad:
            self.n_backward += len(logits)
        score = logits[:, self.question.class_idx]
        return score if self.question.against is None else score - logits[:, self.question.against]


def fill_colour(spec: ModelSpec, fill: Fill) -> Tensor:
    """The colour of a fill: (1, C, 1, 1) in 0..1; "mean" is that of the pictures that the network was made for."""
    n = spec.input_shape[0]
    colour = {"black": (0.0,) * n, "mean": spec.mean, "white": (1.0,) * n}[fill]
    return torch.tensor(colour, dtype=torch.float32).reshape(1, n, 1, 1)


def attribute(
    graph: Graph, spec: ModelSpec, image: NDArray[np.uint8], *, method: Method, question: Question, options: Options
) -> Attribution:
    """Asks one method.

    Args:
        graph: of the network, which is left as it is.
        spec: gives the normalisation.
        image: (C, H, W) uint8.
        method: which one.
        question: what is explained.
        options: how.

    Raises:
        InputError: Grad-CAM without a layer that has maps, or a window that does not fit.
    """
    import captum.attr  # noqa: F401 - takes most of a second the first time, which is no cost of the method

    _check(method, options, image)
    probe: nn.Module | None = None
    if method == "gradcam":
        assert options.layer is not None
        model, probe = copy_with_probe(graph, options.layer)
    else:
        model = private_copy(graph.model)
    score = Score(model, spec, question)
    x = torch.from_numpy(image[None].astype(np.float32) / 255).requires_grad_(method != "occlusion")
    began = time.perf_counter()
    with _quiet():
        found = _ask(method, score, x, probe, fill_colour(spec, options.fill), options)
    elapsed_s, (n_forward, n_backward) = time.perf_counter() - began, (score.n_forward, score.n_backward)
    with torch.no_grad():
        plain = float(score(x)[0])
    values = found.values.detach().numpy().astype(np.float32)
    if method == "gradcam":
        values = _unshuffle(values, graph.model)
    start = None if found.gap is None else plain + found.gap - float(values.sum())
    return Attribution(method, values, plain, n_forward, n_backward, elapsed_s, found.map_px, found.gap, start)


@dataclass(frozen=True, eq=False)
class _Found:
    values: Tensor
    map_px: tuple[int, int]
    gap: float | None = None


def _check(method: Method, options: Options, image: NDArray[np.uint8]) -> None:
    if method == "gradcam" and options.layer is None:
        raise InputError("Grad-CAM reads the maps of a convolution, and this network has none. Choose another method.")
    if not 1 <= options.window_px <= min(image.shape[1:]) or not 1 <= options.stride_px <= options.window_px:
        raise InputError(
            f"A window of {options.window_px} px moved by {options.stride_px} px does not fit a picture of "
            f"{image.shape[2]} x {image.shape[1]}. Give a smaller window, and a stride from 1 to its side."
        )


def _ask(method: Method, score: Score, x: Tensor, probe: nn.Module | None, fill: Tensor, options: Options) -> _Found:
    from captum import attr

    size = (x.shape[2], x.shape[3])
    match method:
        case "gradcam":
            small = attr.LayerGradCam(score, probe).attribute(x, relu_attributions=True)
            large = attr.LayerAttribution.interpolate(small, size, interpolate_mode="bilinear")
            return _Found(large[0, 0], (small.shape[2], small.shape[3]))
        case "integrated":
            values, gap = attr.IntegratedGradients(score).attribute(
                x, baselines=fill.expand_as(x), n_steps=options.n_steps, internal_batch_size=GRADIENT_BATCH,
                return_convergence_delta=True,
            )  # fmt: skip
            return _Found(values[0].sum(0), size, float(gap))
        case "saliency":
            return _Found(attr.Saliency(score).attribute(x, abs=True)[0].amax(0), size)
        case "occlusion":
            values = attr.Occlusion(score).attribute(
                x, sliding_window_shapes=(x.shape[1], options.window_px, options.window_px),
                strides=(x.shape[1], options.stride_px, options.stride_px), baselines=fill.expand_as(x),
                perturbations_per_eval=CPU_BATCH,
            )  # fmt: skip
            return _Found(values[0, 0], size)


def _unshuffle(values: NDArray[np.float32], model: nn.Module) -> NDArray[np.float32]:
    """Maps of a network that shuffles the pixels lie as these do: back to where each pixel came from."""
    shuffle = next((module for module in model.modules() if isinstance(module, PixelShuffle)), None)
    if shuffle is None:
        return values
    placed = np.empty_like(values)
    placed.ravel()[shuffle.positions.numpy()] = values.ravel()
    return placed


@contextmanager
def _quiet() -> Iterator[None]:
    """Captum warns of what it is told to do, such as a window that does not end at the edge."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"captum\.")
        yield

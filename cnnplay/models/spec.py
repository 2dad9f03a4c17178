"""What the project knows about one architecture before it is built."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

MNIST_CLASSES = tuple("0123456789")
CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

MNIST_MEAN, MNIST_STD = (0.1307,), (0.3081,)
"""Mean and standard deviation of MNIST's training pixels in 0..1."""
CIFAR10_MEAN, CIFAR10_STD = (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)
"""Per-channel mean and standard deviation of CIFAR-10's training pixels in 0..1."""


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """One architecture: what it is, where it comes from, what it takes and how it is built.

    Attributes:
        key: name on the command line, in addresses and in file names.
        family: the idea it stands for, shared by its relatives.
        summary: two plain sentences for a learner.
        paper, paper_url: where the idea was published.
        dataset: key of the data set that it is made for.
        input_shape: (C, H, W).
        mean, std: per channel, of pixels in 0..1; the network sees (x / 255 - mean) / std.
        builder: "module:callable", imported when the network is built, so that this table needs no torch.
        options: keyword arguments of the builder and their defaults.
        published_accuracy: test accuracy in 0..1 of the published recipe, where one was given.
        published_note: what that figure is, in a few words.
    """

    key: str
    title: str
    family: str
    summary: str
    paper: str
    paper_url: str
    dataset: str
    builder: str
    input_shape: tuple[int, int, int] = (1, 28, 28)
    classes: tuple[str, ...] = MNIST_CLASSES
    mean: tuple[float, ...] = MNIST_MEAN
    std: tuple[float, ...] = MNIST_STD
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    published_accuracy: float | None = None
    published_note: str = ""

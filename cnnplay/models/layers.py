"""What several families share, and what the training loop may ask of a network."""

from collections import OrderedDict
from typing import Protocol, runtime_checkable

from torch import Tensor, nn


@runtime_checkable
class StartsFromData(Protocol):
    """A network whose first weights are computed from pictures rather than drawn at random."""

    def init_from_data(self, images: Tensor) -> None:
        """Sets those weights. images: (N, C, H, W) float32, normalised."""


class ConvBnRelu(nn.Sequential):
    """Convolution without bias, batch normalisation, ReLU; keeps height and width at stride 1."""

    def __init__(self, n_in: int, n_out: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__(
            OrderedDict(
                conv=nn.Conv2d(n_in, n_out, kernel, stride=stride, padding=kernel // 2, bias=False),
                bn=nn.BatchNorm2d(n_out),
                relu=nn.ReLU(),
            )
        )

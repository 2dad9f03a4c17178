"""The one building block that several families share."""

from collections import OrderedDict

from torch import nn


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

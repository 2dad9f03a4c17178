"""Inception: filters of several sizes side by side (Szegedy et al. 2014, arXiv:1409.4842)."""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from cnnplay.errors import ConfigError
from cnnplay.models.layers import ConvBnRelu


class DigitInceptionBlock(nn.Module):
    """(N, n_in, H, W) to (N, 88, H, W): branches of 16, 24, 24 and 24 maps, linear as published.

    Args:
        n_in: channels of the input.
        one_by_one: begin the branches of large filters with a 1 x 1 convolution to 16 maps, as published.
    """

    def __init__(self, n_in: int, *, one_by_one: bool = True) -> None:
        super().__init__()
        n_wide = 16 if one_by_one else n_in

        def narrow() -> list[nn.Module]:
            return [nn.Conv2d(n_in, 16, 1)] if one_by_one else []

        self.branch1 = nn.Conv2d(n_in, 16, 1)
        self.branch5 = nn.Sequential(*narrow(), nn.Conv2d(n_wide, 24, 5, padding=2))
        self.branch3 = nn.Sequential(*narrow(), nn.Conv2d(n_wide, 24, 3, padding=1), nn.Conv2d(24, 24, 3, padding=1))
        self.branch_pool = nn.Sequential(nn.AvgPool2d(3, stride=1, padding=1), nn.Conv2d(n_in, 24, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch5(x), self.branch3(x), self.branch_pool(x)], dim=1)


class DigitInception(nn.Sequential):
    """(N, 1, 28, 28) to (N, 10) logits: two rounds of convolution, pooling, ReLU and an Inception block.

    Args:
        one_by_one: see `DigitInceptionBlock`.

    Raises:
        ConfigError: a switch that is none.
    """

    def __init__(self, *, one_by_one: bool = True) -> None:
        if not isinstance(one_by_one, bool):
            raise ConfigError(f"one_by_one is {one_by_one!r}. It must be true or false.")
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(1, 10, 5),
                pool1=nn.MaxPool2d(2),
                relu1=nn.ReLU(),
                inception1=DigitInceptionBlock(10, one_by_one=one_by_one),
                conv2=nn.Conv2d(88, 20, 5),
                pool2=nn.MaxPool2d(2),
                relu2=nn.ReLU(),
                inception2=DigitInceptionBlock(20, one_by_one=one_by_one),
                flatten=nn.Flatten(),
                fc=nn.Linear(1408, 10),
            )
        )


class InceptionBlock(nn.Module):
    """(N, n_in, H, W) to (N, c1 + c3 + c5 + cp, H, W): the four branches of the paper, with batch normalisation.

    Args:
        n_in: channels of the input.
        c1: maps of the 1 x 1 branch.
        c3: (reduced, maps) of the 3 x 3 branch.
        c5: (reduced, maps) of the branch that sees 5 x 5, as two 3 x 3 (Szegedy et al. 2015, arXiv:1512.00567).
        cp: maps of the pooling branch.
    """

    def __init__(self, n_in: int, *, c1: int, c3: tuple[int, int], c5: tuple[int, int], cp: int) -> None:
        super().__init__()
        self.branch1 = ConvBnRelu(n_in, c1, 1)
        self.branch3 = nn.Sequential(ConvBnRelu(n_in, c3[0], 1), ConvBnRelu(c3[0], c3[1], 3))
        self.branch5 = nn.Sequential(
            ConvBnRelu(n_in, c5[0], 1), ConvBnRelu(c5[0], c5[1], 3), ConvBnRelu(c5[1], c5[1], 3)
        )
        self.branch_pool = nn.Sequential(nn.MaxPool2d(3, stride=1, padding=1), ConvBnRelu(n_in, cp, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.branch1(x), self.branch3(x), self.branch5(x), self.branch_pool(x)], dim=1)


class GoogLeNet(nn.Sequential):
    """(N, 3, 32, 32) to (N, 10) logits: GoogLeNet sized for small pictures, five Inception blocks."""

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                stem=ConvBnRelu(3, 48, 3),
                pool1=nn.MaxPool2d(2),
                inception3a=InceptionBlock(48, c1=32, c3=(48, 64), c5=(12, 24), cp=24),
                inception3b=InceptionBlock(144, c1=48, c3=(64, 96), c5=(16, 32), cp=32),
                pool3=nn.MaxPool2d(2),
                inception4a=InceptionBlock(208, c1=64, c3=(64, 128), c5=(16, 48), cp=32),
                inception4b=InceptionBlock(272, c1=64, c3=(80, 160), c5=(24, 48), cp=48),
                pool4=nn.MaxPool2d(2),
                inception5a=InceptionBlock(320, c1=96, c3=(96, 192), c5=(24, 64), cp=64),
                average=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                dropout=nn.Dropout(0.1),
                fc=nn.Linear(416, 10),
            )
        )

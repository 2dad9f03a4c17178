"""Scribe: our reader of hand-drawn digits, small enough to answer in milliseconds."""

from collections import OrderedDict

from torch import nn

from cnnplay.models.layers import ConvBnRelu
from cnnplay.models.residual import ResidualBlock


class Scribe(nn.Sequential):
    """(N, 1, 28, 28) to (N, 10) logits: a short residual net with batch normalisation at 14 x 14 and 7 x 7."""

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv1=ConvBnRelu(1, 32, 5),
                pool1=nn.MaxPool2d(2),
                block1=ResidualBlock(32, 32),
                pool2=nn.MaxPool2d(2),
                block2=ResidualBlock(32, 64),
                block3=ResidualBlock(64, 64),
                average=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                dropout=nn.Dropout(0.1),
                fc=nn.Linear(64, 10),
            )
        )

"""The fully connected net: what a network does that does not know that pixels have neighbours."""

from collections import OrderedDict

from torch import nn


class Perceptron(nn.Sequential):
    """784 - width - width - 10 with ReLU: (N, 1, 28, 28) to (N, 10) logits; 6,442 parameters at width 8."""

    def __init__(self, width: int = 8) -> None:
        super().__init__(
            OrderedDict(
                flatten=nn.Flatten(),
                fc1=nn.Linear(784, width),
                relu1=nn.ReLU(),
                fc2=nn.Linear(width, width),
                relu2=nn.ReLU(),
                fc3=nn.Linear(width, 10),
            )
        )

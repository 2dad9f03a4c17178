"""VGG: nothing but 3 x 3 convolutions, deep (Simonyan and Zisserman 2014, arXiv:1409.1556)."""

from collections import OrderedDict

from torch import nn

from cnnplay.models.layers import ConvBnRelu

LAYOUT = (64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M")
"""Configuration A of the paper: maps of each convolution, M where the size is halved."""


class Vgg(nn.Sequential):
    """(N, 3, 32, 32) to (N, 10) logits: eight convolutions with batch normalisation, one dense layer."""

    def __init__(self) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        n_in, stage, step = 3, 1, 1
        for entry in LAYOUT:
            if isinstance(entry, int):
                layers[f"conv{stage}_{step}"] = ConvBnRelu(n_in, entry, 3)
                n_in, step = entry, step + 1
            else:
                layers[f"pool{stage}"] = nn.MaxPool2d(2)
                stage, step = stage + 1, 1
        layers["flatten"] = nn.Flatten()
        layers["fc"] = nn.Linear(n_in, 10)
        super().__init__(layers)

"""AlexNet and ZFNet, one of the two towers, sized for 32 x 32 (Krizhevsky et al. 2012; Zeiler and Fergus 2013).

Batch normalisation stands in the place of the local response normalisation of the originals.
"""

from collections import OrderedDict

from torch import nn

from cnnplay.models.layers import ConvBnRelu


def _five_convolutions(kernels: tuple[int, ...], channels: tuple[int, ...], *, width: int) -> nn.Sequential:
    """Five convolutions with pooling after the first, second and fifth, then three dense layers with dropout."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    n_in = 3
    for i, (kernel, n_out) in enumerate(zip(kernels, channels, strict=True), start=1):
        layers[f"conv{i}"] = ConvBnRelu(n_in, n_out, kernel)
        if i in {1, 2, 5}:
            layers[f"pool{i}"] = nn.MaxPool2d(3, stride=2, padding=1)
        n_in = n_out
    layers["flatten"] = nn.Flatten()
    for i, n_features in enumerate((n_in * 16, width), start=1):
        layers[f"dropout{i}"] = nn.Dropout(0.3)
        layers[f"fc{i}"] = nn.Linear(n_features, width)
        layers[f"fc_relu{i}"] = nn.ReLU()
    layers["fc3"] = nn.Linear(width, 10)
    return nn.Sequential(layers)


def alexnet() -> nn.Sequential:
    """(N, 3, 32, 32) to (N, 10) logits: the paper's 48, 128, 192, 192, 128 maps of one tower, 5 x 5 filters first."""
    return _five_convolutions((5, 5, 3, 3, 3), (48, 128, 192, 192, 128), width=512)


def zfnet() -> nn.Sequential:
    """(N, 3, 32, 32) to (N, 10) logits: AlexNet with a finer first layer and more maps in the middle."""
    return _five_convolutions((3, 5, 3, 3, 3), (48, 128, 256, 256, 128), width=512)

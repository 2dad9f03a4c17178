"""DenseNet: every layer sees all the layers before it (Huang et al. 2017, arXiv:1608.06993)."""

from collections import OrderedDict

import torch
from torch import Tensor, nn


class DenseLayer(nn.Module):
    """(N, n_in, H, W) to (N, n_in + growth, H, W): BN-ReLU-1x1, BN-ReLU-3x3, its maps appended to the input.

    The 1 x 1 bottleneck has four times the growth, as in the paper's DenseNet-B.
    """

    def __init__(self, n_in: int, growth: int) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(n_in)
        self.conv1 = nn.Conv2d(n_in, 4 * growth, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        new = self.conv1(self.relu(self.bn1(x)))
        new = self.conv2(self.relu(self.bn2(new)))
        return torch.cat([x, new], dim=1)


def _transition(n_in: int, n_out: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            bn=nn.BatchNorm2d(n_in),
            relu=nn.ReLU(),
            conv=nn.Conv2d(n_in, n_out, 1, bias=False),
            pool=nn.AvgPool2d(2),
        )
    )


class DenseNet(nn.Sequential):
    """DenseNet-BC for small pictures: (N, n_in, H, W) to (N, 10) logits.

    Args:
        n_in: channels of the picture.
        growth: maps that each layer adds, k in the paper.
        layers: number of layers of each dense block; a transition halves size and maps between blocks.
        stem: maps of the first convolution.
        stem_stride: 2 halves the picture before the first block.
    """

    def __init__(
        self,
        *,
        n_in: int = 3,
        growth: int = 16,
        layers: tuple[int, ...] = (4, 6, 8),
        stem: int = 32,
        stem_stride: int = 1,
    ) -> None:
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        modules["stem"] = nn.Conv2d(n_in, stem, 3, padding=1, stride=stem_stride, bias=False)
        channels = stem
        for i, n_layers in enumerate(layers, start=1):
            for j in range(1, n_layers + 1):
                modules[f"dense{i}_{j}"] = DenseLayer(channels, growth)
                channels += growth
            if i < len(layers):
                modules[f"transition{i}"] = _transition(channels, channels // 2)
                channels //= 2
        modules["bn"] = nn.BatchNorm2d(channels)
        modules["relu"] = nn.ReLU()
        modules["average"] = nn.AdaptiveAvgPool2d(1)
        modules["flatten"] = nn.Flatten()
        modules["fc"] = nn.Linear(channels, 10)
        super().__init__(modules)


class DigitDenseNet(DenseNet):
    """(N, 1, 28, 28) to (N, 10) logits: three small dense blocks at 14 x 14, 7 x 7 and 3 x 3."""

    def __init__(self) -> None:
        super().__init__(n_in=1, growth=12, layers=(4, 4, 4), stem=24, stem_stride=2)

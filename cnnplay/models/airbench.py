"""Airbench: the fastest known way to 94 % on CIFAR-10 (Jordan 2024, arXiv:2404.00498, section 3)."""

from collections import OrderedDict
from typing import cast

import torch
from torch import Tensor, nn

WIDTHS = (64, 256, 256)
WHITENING_KERNEL = 2
WHITENING_EPS = 5e-4
"""Added to the eigenvalues of the patches, so that near-constant directions are not blown up."""
LOGIT_SCALE = 1 / 9
BN_MOMENTUM = 0.4
"""PyTorch's convention: share of the new batch in the running statistics (0.6 of the old is kept)."""


def _batch_norm(n: int) -> nn.BatchNorm2d:
    norm = nn.BatchNorm2d(n, momentum=BN_MOMENTUM, eps=1e-12)
    norm.weight.requires_grad_(False)
    return norm


class ConvGroup(nn.Sequential):
    """(N, n_in, H, W) to (N, n_out, H // 2, W // 2): two 3 x 3 convolutions, started as near identities."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(n_in, n_out, 3, padding=1, bias=False),
                pool=nn.MaxPool2d(2),
                bn1=_batch_norm(n_out),
                gelu1=nn.GELU(),
                conv2=nn.Conv2d(n_out, n_out, 3, padding=1, bias=False),
                bn2=_batch_norm(n_out),
                gelu2=nn.GELU(),
            )
        )
        for conv in (self.conv1, self.conv2):
            assert isinstance(conv, nn.Conv2d)
            nn.init.dirac_(conv.weight.data[: conv.in_channels])


class Scale(nn.Module):
    """Multiplies by a constant: the temperature of the logits."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factor


class Airbench(nn.Sequential):
    """(N, 3, 32, 32) to (N, 10) logits; the first layer's weights come from the data, by `init_from_data`."""

    whiten: nn.Conv2d

    def __init__(self) -> None:
        n_whiten = 2 * 3 * WHITENING_KERNEL**2
        super().__init__(
            OrderedDict(
                whiten=nn.Conv2d(3, n_whiten, WHITENING_KERNEL),
                gelu=nn.GELU(),
                group1=ConvGroup(n_whiten, WIDTHS[0]),
                group2=ConvGroup(WIDTHS[0], WIDTHS[1]),
                group3=ConvGroup(WIDTHS[1], WIDTHS[2]),
                pool=nn.MaxPool2d(3),
                flatten=nn.Flatten(),
                fc=nn.Linear(WIDTHS[2], 10, bias=False),
                scale=Scale(LOGIT_SCALE),
            )
        )
        self.whiten.weight.requires_grad_(False)

    @torch.no_grad()
    def init_from_data(self, images: Tensor) -> None:
        """Sets the first layer to whiten patches: eigenvectors of their covariance, each with both signs.

        Args:
            images: (N, 3, 32, 32) float32, normalised; 5,000 are plenty.
        """
        k = WHITENING_KERNEL
        patches = images.unfold(2, k, 1).unfold(3, k, 1).permute(0, 2, 3, 1, 4, 5).reshape(-1, 3 * k * k).float()
        covariance = patches.T @ patches / len(patches)
        values, vectors = torch.linalg.eigh(covariance.double())
        filters = (vectors.T / (values + WHITENING_EPS).sqrt()[:, None]).flip(0).reshape(-1, 3, k, k)
        self.whiten.weight.copy_(torch.cat([filters, -filters]).to(self.whiten.weight))
        cast("Tensor", self.whiten.bias).zero_()

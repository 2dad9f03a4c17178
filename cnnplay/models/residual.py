"""Residual networks, and every way to wire a block that was tried.

ResNet: He et al. 2015, arXiv:1512.03385. The ten wirings: He et al. 2016, Identity Mappings, arXiv:1603.05027.
"""

from collections import OrderedDict
from typing import Literal, cast, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.errors import ConfigError

Variant = Literal[
    "original",
    "constant_scaling",
    "exclusive_gating",
    "shortcut_only_gating",
    "conv_shortcut",
    "dropout_shortcut",
    "bn_after_addition",
    "relu_before_addition",
    "relu_only_preactivation",
    "full_preactivation",
]
VARIANTS: tuple[str, ...] = get_args(Variant)
PLAIN = "plain"
"""The same two convolutions without a shortcut, to compare with."""
N_BLOCKS_BOUNDS = (1, 32)
PREACTIVATION = ("relu_only_preactivation", "full_preactivation")
NEEDS_BATCH_NORM = ("bn_after_addition", *PREACTIVATION)
GATE_BIAS = -6.0
"""Start of the gates, the paper's best: they begin nearly open on the shortcut (its section 3.1)."""


class ResidualBlock(nn.Module):
    """(N, n_in, H, W) to (N, n_out, H / stride, W / stride): a shortcut, and a correction F added to it.

    Where the shapes differ the shortcut is subsampled and padded with zero maps (option A of the first paper).

    Args:
        n_in: channels of the input.
        n_out: channels of the output.
        stride: of the first convolution.
        variant: how the block is wired, by the names of the second paper, or `PLAIN`.
        batch_norm: with batch normalisation as in the papers, or with biases as in the small MNIST nets.
        as_published: repeat the slip of the published MNIST variants, where the second convolution is
            applied to x instead of to the first one's output, so that the first has no effect.

    Raises:
        ConfigError: an unknown variant, or one that needs batch normalisation without it, or a slip that
            the shapes do not allow.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        stride: int = 1,
        variant: str = "original",
        batch_norm: bool = True,
        as_published: bool = False,
    ) -> None:
        super().__init__()
        _check(variant, batch_norm, same_shape=n_in == n_out and stride == 1, as_published=as_published)
        self.variant, self.as_published, self.stride = variant, as_published, stride
        self.n_new = n_out - n_in
        self.conv1 = nn.Conv2d(n_in, n_out, 3, stride=stride, padding=1, bias=not batch_norm)
        self.conv2 = nn.Conv2d(n_out, n_out, 3, padding=1, bias=not batch_norm)
        first = n_in if variant == "full_preactivation" else n_out
        self.bn1 = nn.BatchNorm2d(first) if batch_norm else nn.Identity()
        self.bn2 = nn.BatchNorm2d(n_out) if batch_norm else nn.Identity()
        self.relu = nn.ReLU()
        self.shortcut: nn.Module = nn.Identity()
        if variant == "conv_shortcut":
            self.shortcut = nn.Conv2d(n_in, n_out, 1, stride=stride, bias=not batch_norm)
        elif variant == "dropout_shortcut":
            self.shortcut = nn.Dropout(0.5)
        if variant in {"exclusive_gating", "shortcut_only_gating"}:
            self.gate = nn.Conv2d(n_in, n_out, 1, stride=stride)
            nn.init.constant_(cast("Tensor", self.gate.bias), GATE_BIAS)

    def _short_way(self, x: Tensor) -> Tensor:
        short: Tensor = self.shortcut(x)
        if self.variant != "conv_shortcut" and (self.stride > 1 or self.n_new):
            short = F.pad(short[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.n_new))
        return short

    def _correction(self, x: Tensor) -> Tensor:
        if self.variant == "full_preactivation":
            out: Tensor = self.conv1(self.relu(self.bn1(x)))
            out = self.conv2(self.relu(self.bn2(out)))
        elif self.variant == "relu_only_preactivation":
            out = self.bn1(self.conv1(self.relu(x)))
            out = self.bn2(self.conv2(self.relu(out)))
        else:
            out = self.conv2(x if self.as_published else self.relu(self.bn1(self.conv1(x))))
            if self.variant != "bn_after_addition":
                out = self.bn2(out)
        return out

    def forward(self, x: Tensor) -> Tensor:
        correction = self._correction(x)
        if self.variant == PLAIN:
            plain: Tensor = self.relu(correction)
            return plain
        short = self._short_way(x)
        match self.variant:
            case "constant_scaling":
                total = 0.5 * (short + correction)
            case "exclusive_gating":
                gate = torch.sigmoid(self.gate(x))
                total = (1 - gate) * short + gate * correction
            case "shortcut_only_gating":
                total = (1 - torch.sigmoid(self.gate(x))) * short + correction
            case "bn_after_addition":
                total = self.bn2(short + correction)
            case "relu_before_addition":
                total = short + self.relu(correction)
            case _:
                total = short + correction
        if self.variant in {"relu_before_addition", *PREACTIVATION}:
            return total
        out: Tensor = self.relu(total)
        return out


def _check(variant: str, batch_norm: bool, *, same_shape: bool, as_published: bool) -> None:
    if variant not in (*VARIANTS, PLAIN):
        known = ", ".join((*VARIANTS, PLAIN))
        raise ConfigError(f"There is no residual block called {variant!r}. Choose one of: {known}.")
    if variant in NEEDS_BATCH_NORM and not batch_norm:
        raise ConfigError(f"The block {variant} needs batch normalisation. Switch it on, or choose another block.")
    if as_published and (not same_shape or variant in PREACTIVATION):
        raise ConfigError(
            f"The published slip exists only in blocks that keep their shape and activate last, not in {variant} here."
        )


class DigitResidualNet(nn.Sequential):
    """(N, 1, 28, 28) to (N, 10) logits: two rounds of 5 x 5 convolution, pooling and residual blocks.

    Args:
        variant: the blocks' wiring, one of `VARIANTS` (those with batch normalisation switch it on), or `PLAIN`.
        as_published: repeat the published slip (see `ResidualBlock`).
        n_blocks: in each of the two rounds; the net has 3 + 4 n_blocks layers with weights.
        batch_norm: after (or before) every convolution; without it, variants that need it have it in their blocks.

    Raises:
        ConfigError: an unknown variant, a number of blocks out of `N_BLOCKS_BOUNDS`, or a switch that is none.
    """

    def __init__(
        self,
        variant: str = "original",
        *,
        as_published: bool = False,
        n_blocks: int = 1,
        batch_norm: bool = False,
    ) -> None:
        low, high = N_BLOCKS_BOUNDS
        if type(n_blocks) is not int or not low <= n_blocks <= high:
            raise ConfigError(f"n_blocks is {n_blocks!r}. It must be a whole number from {low} to {high}.")
        if not isinstance(batch_norm, bool):
            raise ConfigError(f"batch_norm is {batch_norm!r}. It must be true or false.")

        def blocks(stage: int, n: int) -> dict[str, nn.Module]:
            normed = batch_norm or variant in NEEDS_BATCH_NORM
            return {
                f"block{stage}" if i == 1 else f"block{stage}_{i}": ResidualBlock(
                    n, n, variant=variant, batch_norm=normed, as_published=as_published
                )
                for i in range(1, n_blocks + 1)
            }

        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(1, 16, 5),
                **({"bn1": nn.BatchNorm2d(16)} if batch_norm else {}),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(2),
                **blocks(1, 16),
                conv2=nn.Conv2d(16, 32, 5),
                **({"bn2": nn.BatchNorm2d(32)} if batch_norm else {}),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(2),
                **blocks(2, 32),
                flatten=nn.Flatten(),
                fc=nn.Linear(512, 10),
            )
        )


class ResNet(nn.Sequential):
    """(N, 3, 32, 32) to (N, 10) logits: section 4.2 of the first paper, three stages of 16, 32, 64 maps.

    Args:
        depth: number of weighted layers, 6 n + 2; 20 gives 269,722 parameters.
        variant: wiring of the blocks, one of `VARIANTS`, or `PLAIN`.

    Raises:
        ConfigError: a depth that is not 6 n + 2, or an unknown variant.
    """

    def __init__(self, depth: int = 20, *, variant: str = "original") -> None:
        n_blocks, rest = divmod(depth - 2, 6)
        if rest or n_blocks < 1:
            raise ConfigError(f"A ResNet for small pictures has 6 n + 2 layers (8, 14, 20, 26, ...), not {depth}.")
        modules: OrderedDict[str, nn.Module] = OrderedDict()
        modules["conv1"] = nn.Conv2d(3, 16, 3, padding=1, bias=False)
        if variant not in PREACTIVATION:
            modules["bn1"], modules["relu1"] = nn.BatchNorm2d(16), nn.ReLU()
        n_in = 16
        for stage, n_out in enumerate((16, 32, 64), start=1):
            for i in range(1, n_blocks + 1):
                stride = 2 if stage > 1 and i == 1 else 1
                modules[f"block{stage}_{i}"] = ResidualBlock(n_in, n_out, stride=stride, variant=variant)
                n_in = n_out
        if variant in PREACTIVATION:
            modules["bn_last"], modules["relu_last"] = nn.BatchNorm2d(64), nn.ReLU()
        modules["average"] = nn.AdaptiveAvgPool2d(1)
        modules["flatten"] = nn.Flatten()
        modules["fc"] = nn.Linear(64, 10)
        super().__init__(modules)
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

"""From stored pictures to logits: normalisation and the views of test-time averaging."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnplay.models.spec import ModelSpec

Views = Literal["none", "mirror", "mirror_shift"]
CPU_BATCH, GPU_BATCH = 100, 1000
"""Pictures at a time. On a CPU the maps of 500 leave its cache: 500 pictures through GoogLeNet took 2.6 s in one batch
and 1.0 s in batches of 100 (medians of two, one core of an AMD EPYC)."""


def normaliser(spec: ModelSpec, device: torch.device | str = "cpu") -> Callable[[Tensor], Tensor]:
    """A function from (N, C, H, W), uint8 in 0..255 or floating in 0..1, to what the network takes, float32."""
    mean = torch.tensor(spec.mean, device=device).reshape(-1, 1, 1)
    std = torch.tensor(spec.std, device=device).reshape(-1, 1, 1)

    def normalise(images: Tensor) -> Tensor:
        if images.dtype == torch.uint8:
            return images.float().mul_(1 / (255 * std)).sub_(mean / std)
        return images.float().sub(mean).div_(std)

    return normalise


def _average_views(model: nn.Module, x: Tensor, views: Views) -> Tensor:
    """Logits averaged over the picture and its mirror image, and over shifts by one pixel (Jordan 2024, 3.5)."""

    def with_mirror(picture: Tensor) -> Tensor:
        both: Tensor = 0.5 * (model(picture) + model(picture.flip(-1)))
        return both

    if views == "none":
        plain: Tensor = model(x)
        return plain
    logits = with_mirror(x)
    if views == "mirror_shift":
        size = x.shape[-1]
        padded = F.pad(x, (1, 1, 1, 1), mode="reflect")
        shifted = [padded[:, :, at : at + size, at : at + size] for at in (0, 2)]
        logits = 0.5 * logits + 0.25 * sum(with_mirror(view) for view in shifted)
    return logits


@torch.inference_mode()
def compute_logits(
    model: nn.Module, spec: ModelSpec, images: npt.NDArray[np.uint8], *, views: Views = "none"
) -> npt.NDArray[np.float32]:
    """Logits of stored pictures, in float32 on the device of the network.

    Args:
        model: is put into evaluation mode for the time of the call, and left as it was.
        spec: gives the normalisation.
        images: (N, C, H, W) uint8.
        views: averaging over changed views of each picture.

    Returns:
        (N, classes) float32.
    """
    device = next(model.parameters()).device
    n_batch = CPU_BATCH if device.type == "cpu" else GPU_BATCH
    normalise = normaliser(spec, device)
    training = model.training
    model.eval()
    try:
        parts = []
        for start in range(0, len(images), n_batch):
            batch = torch.from_numpy(np.array(images[start : start + n_batch])).to(device)
            x = normalise(batch).contiguous(memory_format=torch.channels_last)
            parts.append(_average_views(model, x, views).float().cpu().numpy())
    finally:
        model.train(training)
    return np.concatenate(parts) if parts else np.empty((0, len(spec.classes)), np.float32)

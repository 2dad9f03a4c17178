"""The training pictures, resident on the device, and the batches drawn from them.

Every batch follows from the seed and its number alone, so that a resumed run sees exactly what the
uninterrupted one would have seen.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnplay.data import augmentation as augment
from cnnplay.models.forward import normaliser
from cnnplay.models.spec import ModelSpec
from cnnplay.training.config import TrainConfig

NO_LABEL = -1
"""Label of a scribble, which belongs to no class."""
_ORDER, _BATCH = 1, 2


@dataclass(frozen=True)
class Pictures:
    """Pictures to learn from: images (N, C, H, W) uint8, labels (N,) int64, `NO_LABEL` for none of the classes."""

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]


def generator_for(seed: int, purpose: int, number: int) -> torch.Generator:
    """A generator of its own for each purpose and step."""
    mixed = np.random.SeedSequence((seed, purpose, number)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed >> 1))


class Feed:
    """Shuffles, augments and normalises.

    Args:
        config: seed, batch size and augmentation.
        spec: normalisation.
        pictures: what each epoch passes over once.
        scribbles: pictures of which `config.scribbles` of every batch is drawn besides, or None.
        device: where the pictures live.
    """

    def __init__(
        self,
        config: TrainConfig,
        spec: ModelSpec,
        pictures: Pictures,
        *,
        scribbles: npt.NDArray[np.uint8] | None = None,
        device: torch.device,
    ) -> None:
        self.config, self.device = config, device
        self.size_px = spec.input_shape[-1]
        self.images = self._place(pictures.images)
        self.labels = torch.from_numpy(np.array(pictures.labels, np.int64)).to(device)
        self.scribbles = None if scribbles is None else self._place(scribbles)
        self.n_images = len(self.labels)
        self.batch_size = min(config.batch_size, self.n_images)
        whole, rest = divmod(self.n_images, self.batch_size)
        self.steps_per_epoch = whole + bool(rest and not config.drop_last)
        self._normalise = normaliser(spec, device)
        self._order_epoch, self._order = -1, torch.empty(0, dtype=torch.int64)

    def _place(self, images: npt.NDArray[np.uint8]) -> Tensor:
        """Padded once for all shifts, so that a batch costs one gather."""
        px, mode = self.config.augmentation.shift_px, self.config.augmentation.padding
        if px:
            edges = ((0, 0), (0, 0), (px, px), (px, px))
            images = np.pad(images, edges, mode="reflect" if mode == "reflect" else "constant")
        return torch.from_numpy(np.array(images)).to(self.device)

    def _batch_order(self, epoch: int) -> Tensor:
        if epoch != self._order_epoch:
            self._order = torch.randperm(self.n_images, generator=generator_for(self.config.seed, _ORDER, epoch))
            self._order_epoch = epoch
        return self._order

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """The batch of a step.

        Returns:
            images (B, C, H, W) float32, normalised, channels-last; labels (B,) int64.
        """
        epoch, i = divmod(step, self.steps_per_epoch)
        chosen = self._batch_order(epoch)[i * self.batch_size : (i + 1) * self.batch_size]
        chosen = chosen.to(self.device)
        generator = generator_for(self.config.seed, _BATCH, step)
        images, labels = self.images[chosen], self.labels[chosen]
        if self.scribbles is not None:
            n = max(1, round(self.config.scribbles * len(chosen)))
            extra = torch.randint(len(self.scribbles), (n,), generator=generator).to(self.device)
            images = torch.cat([images, self.scribbles[extra]])
            labels = F.pad(labels, (0, n), value=NO_LABEL)
        return self._augment(images, chosen, epoch, generator), labels

    def _augment(self, images: Tensor, chosen: Tensor, epoch: int, generator: torch.Generator) -> Tensor:
        options = self.config.augmentation
        if options.shift_px:
            images = augment.shift(images, self.size_px, generator)
        if options.flip != "none":
            if options.flip == "random":
                mask = torch.rand(len(images), generator=generator).lt(0.5).to(self.device)
            else:
                mask = (_coin(chosen, self.config.seed) + epoch) % 2 == 1
            images = augment.mirror(images, mask)
        if options.rotate_deg or options.scale or options.shear or options.elastic_px:
            images = augment.warp(
                images.float().div_(255),
                rotate_deg=options.rotate_deg,
                scale=options.scale,
                shear=options.shear,
                elastic_px=options.elastic_px,
                generator=generator,
            )
        images = self._normalise(images)
        if options.cutout_px:
            images = augment.cut_out(images, options.cutout_px, generator)
        return images.contiguous(memory_format=torch.channels_last)


def _coin(indices: Tensor, seed: int) -> Tensor:
    """A fixed fair coin for each picture (Knuth's multiplicative hash): which of its two sides comes first."""
    return ((indices + seed + 1) * 2_654_435_761 >> 16) & 1

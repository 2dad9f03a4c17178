"""How long a training will take, from about a second of it."""

import time
from dataclasses import dataclass

from cnnplay.training.config import TrainConfig
from cnnplay.training.device import peak_memory_bytes
from cnnplay.training.loop import Trainer
from cnnplay.training.sources import Sources

MEASURE_S = 0.5
"""The last round of steps takes at least so long; all rounds together about twice that."""


@dataclass(frozen=True)
class Speed:
    """What a few steps told.

    Attributes:
        images_per_s: training pictures a second.
        steps_per_s: steps a second.
        n_steps: of the whole training; without early stopping it takes `n_steps / steps_per_s` seconds, besides the
            time for reading validation pictures.
        memory_bytes: most memory taken so far: of the GPU on CUDA, of the driver on MPS, else of this process.
        device, precision: the real ones, no longer "auto".
    """

    images_per_s: float
    steps_per_s: float
    n_steps: int
    memory_bytes: int
    device: str
    precision: str


def measure_speed(config: TrainConfig, sources: Sources) -> Speed:
    """Takes one step to warm up, then rounds of 1, 2, 4, ... until one takes long enough to be measured.

    Args:
        config: of the training.
        sources: its pictures.

    Raises:
        ConfigError: the configuration does not fit this machine or the pictures.
    """
    trainer = Trainer(config, sources.train, scribbles=sources.scribbles)
    trainer.model.train()
    trainer.train_step(0.0).item()
    n, took_s = 1, 0.0
    while True:
        began = time.perf_counter()
        for _ in range(n):
            loss = trainer.train_step(0.0)
        loss.item()  # waits for the device
        took_s = time.perf_counter() - began
        if took_s >= MEASURE_S:
            break
        n *= 2
    return Speed(
        images_per_s=n * trainer.feed.batch_size / took_s,
        steps_per_s=n / took_s,
        n_steps=trainer.n_steps,
        memory_bytes=peak_memory_bytes(trainer.device),
        device=str(trainer.device),
        precision=trainer.precision,
    )

"""The training loop: steps, events, and a state from which it goes on exactly."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from cnnplay.models.forward import compute_logits, normaliser
from cnnplay.models.initialisation import initialise
from cnnplay.models.layers import StartsFromData
from cnnplay.models.registry import build, get_spec
from cnnplay.training.config import TrainConfig
from cnnplay.training.device import peak_memory_bytes, resolve_device, resolve_precision
from cnnplay.training.early_stopping import BestEpoch, copy_weights
from cnnplay.training.events import (
    EpochEnded,
    Event,
    Finished,
    Halted,
    Milestone,
    Paused,
    Progress,
    Started,
    milestone_steps,
)
from cnnplay.training.feed import NO_LABEL, Feed, Pictures, generator_for
from cnnplay.training.layer_stats import grad_norms, measure_layers, probe_batch
from cnnplay.training.optimisation import (
    LOOKAHEAD_EVERY,
    Lookahead,
    build_optimizer,
    learning_rate,
    set_learning_rate,
    training_loss,
)
from cnnplay.training.sources import check_fit

Signal = Literal["go", "pause", "halt"]
REPORT_EVERY_S = 0.5
PAUSE_POLL_S = 0.05
WHITENING_IMAGES = 5000
"""Training pictures from which a whitening layer is computed, as in Jordan 2024."""
_WEIGHTS, _DROPOUT = 3, 4
_AMP_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Trainer:
    """One run: built from its configuration, driven by iterating over `run()`.

    Args:
        config: everything that decides the result.
        pictures: what it learns from.
        scribbles: (M, C, H, W) uint8, shown as "none of the classes", or None.
        validation: pictures to choose by, or None.
        test: pictures to read after every epoch where `config.test_every_epoch` asks for it, or None.
        initial: weights to start from; what they do not name keeps its fresh values.

    Raises:
        ConfigError: the device or precision is not to be had here, or the pictures do not fit the network.
    """

    def __init__(
        self,
        config: TrainConfig,
        pictures: Pictures,
        *,
        scribbles: npt.NDArray[np.uint8] | None = None,
        validation: Pictures | None = None,
        test: Pictures | None = None,
        initial: dict[str, Tensor] | None = None,
    ) -> None:
        self.config, self.spec = config, get_spec(config.model)
        check_fit(pictures, self.spec, n_classes=config.model_options.get("n_classes", len(self.spec.classes)))
        self.device = resolve_device(config.device)
        self.precision = resolve_precision(config.precision, self.device)
        self.feed = Feed(config, self.spec, pictures, scribbles=scribbles, device=self.device)
        self.n_steps = max(1, round(config.epochs * self.feed.steps_per_epoch))
        self._validation, self._test = validation, test
        self.model = self._build(pictures, initial)
        self._probe = probe_batch(pictures, self.spec).to(self.device)
        self._optimizer = build_optimizer(self.model, config)
        self._lookahead = Lookahead(self.model) if config.lookahead else None
        self._scaler = torch.amp.GradScaler(self.device.type, enabled=self.precision == "fp16")
        self._forward: Callable[[Tensor], Tensor] = torch.compile(self.model) if config.compile else self.model
        self._best = BestEpoch(config.patience) if config.patience else None
        self._last_weights: dict[str, Tensor] | None = None
        self._milestones = frozenset(milestone_steps(self.n_steps))
        self.step, self.elapsed_s, self._lr, self._looked_at = 0, 0.0, 0.0, -1
        self._grad_norms: dict[str, float] = {}
        self._restart_clock()
        self._epoch_sums = torch.zeros(3, dtype=torch.float64)
        self._pending = torch.zeros(3, device=self.device)

    def _build(self, pictures: Pictures, initial: dict[str, Tensor] | None) -> nn.Module:
        torch.manual_seed(int(generator_for(self.config.seed, _WEIGHTS, 0).initial_seed()))
        model = build(self.config.model, **self.config.model_options)
        initialise(model, self.config.init)
        if initial is not None:
            model.load_state_dict(initial, strict=False)
        elif isinstance(model, StartsFromData):
            first = torch.from_numpy(np.array(pictures.images[:WHITENING_IMAGES]))
            model.init_from_data(normaliser(self.spec)(first))
        return model.to(self.device).to(memory_format=torch.channels_last)

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly from here, for `torch.save`; tensors are not copied."""
        return {
            "config": self.config.to_json(),
            "step": self.step,
            "n_steps": self.n_steps,
            "elapsed_s": self.elapsed_s,
            "model": self._last_weights or self.model.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "lookahead": self._lookahead.slow if self._lookahead else None,
            "scaler": self._scaler.state_dict(),
            "epoch_sums": self._epoch_sums,
            "best": self._best.state() if self._best else None,
            "looked_at": self._looked_at,
            "grad_norms": self._grad_norms,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Goes back to a saved state of the same configuration, or of one that differs in its epochs alone."""
        self.step, self.elapsed_s = state["step"], state["elapsed_s"]
        self.model.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._scaler.load_state_dict(state["scaler"])
        self._epoch_sums = state["epoch_sums"].clone()
        if self._lookahead:
            self._lookahead.slow = {name: value.to(self.device) for name, value in state["lookahead"].items()}
        if self._best and state.get("best"):
            self._best.load_state(state["best"], wait_anew=state["n_steps"] != self.n_steps)
        self._looked_at, self._grad_norms = state.get("looked_at", -1), state.get("grad_norms", {})

    def run(self, signal: Callable[[], Signal] = lambda: "go") -> Iterator[Event]:
        """Trains from the current step to the end, until its patience is at an end, or until told to halt.

        Args:
            signal: asked between any two batches; "pause" waits there, "halt" ends with `Halted`.

        Yields:
            Events, from `Started` to `Finished` or `Halted`.
        """
        yield Started(self.step, self.n_steps, self.feed.n_images, str(self.device), self.precision)
        self.model.train()
        self._restart_clock()
        while not self._is_over:
            yield from self._look_inside()
            if (told := signal()) != "go":
                yield from self._report()
                if told == "pause":
                    yield Paused(self.step)
                    told = _wait_while_paused(signal)
                    self._restart_clock()
                if told == "halt":
                    yield Halted(self.step)
                    return
            self._lr = learning_rate(self.config, self.step, self.n_steps)
            self.train_step(self._lr)
            epoch_done = self.step % self.feed.steps_per_epoch == 0 or self.step == self.n_steps
            if epoch_done or self.step in self._milestones or time.monotonic() - self._reported_at >= REPORT_EVERY_S:
                yield from self._report()
            if epoch_done:
                if self.step == self.n_steps and self._lookahead:
                    self._lookahead.update(1.0)
                yield self._end_epoch()
                self._restart_clock()
        self._take_best()
        yield from self._look_inside()
        total = self.step * self.feed.batch_size
        yield Finished(self.step, self.elapsed_s, total / max(self.elapsed_s, 1e-9))

    @property
    def _is_over(self) -> bool:
        return self.step >= self.n_steps or (self._best is not None and self._best.is_over)

    def _take_best(self) -> None:
        """The best epoch's weights become the result; a saved state keeps the last, from which it could go on."""
        if self._best and self._best.weights:
            self._last_weights = copy_weights(self.model)
            self.model.load_state_dict(self._best.weights)

    def _look_inside(self) -> Iterator[Milestone]:
        """The milestone of this step, where it is one and has not been reported before."""
        if self._looked_at == self.step or not (self._is_over or self.step in self._milestones):
            return
        self._looked_at = self.step
        with self._autocast():
            layers = measure_layers(self.model, self._probe, self._grad_norms)
        yield Milestone(self.step, self.step / self.feed.steps_per_epoch, layers)
        self._restart_clock()

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, _AMP_TYPES.get(self.precision), enabled=self.precision in _AMP_TYPES)

    def _restart_clock(self) -> None:
        """Only steps count as time of training: neither pauses, nor measuring, nor what is done with the events."""
        self._reported_step, self._reported_at = self.step, time.monotonic()

    def _report(self) -> Iterator[Progress]:
        """The steps since the last report, where there are any."""
        if self._reported_step == self.step:
            return
        loss, accuracy, n = self._flush()
        took_s = time.monotonic() - self._reported_at
        self.elapsed_s += took_s
        self._grad_norms = grad_norms(self.model)
        yield Progress(
            step=self.step,
            epoch=self.step / self.feed.steps_per_epoch,
            loss=loss,
            accuracy=accuracy,
            lr=self._lr,
            images_per_s=n / max(took_s, 1e-9),
            elapsed_s=self.elapsed_s,
            grad_norms=self._grad_norms,
            memory_bytes=peak_memory_bytes(self.device),
        )
        self._restart_clock()

    def train_step(self, lr: float) -> Tensor:
        """Takes the next step at this rate; `run` does so by itself.

        Returns:
            The mean loss of the batch, a scalar on the device.
        """
        config, step = self.config, self.step
        set_learning_rate(self._optimizer, lr)
        if config.whiten_bias_epochs and isinstance(whiten := getattr(self.model, "whiten", None), nn.Conv2d):
            assert whiten.bias is not None
            whiten.bias.requires_grad_(step < config.whiten_bias_epochs * self.feed.steps_per_epoch)
        images, labels = self.feed.batch(step)
        torch.manual_seed(int(generator_for(config.seed, _DROPOUT, step).initial_seed()))
        with self._autocast():
            logits = self._forward(images)
        logits = logits.float()
        loss = training_loss(logits, labels, config.label_smoothing)
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        if config.clip_grad:
            self._scaler.unscale_(self._optimizer)
            nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_grad)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        self.step += 1
        if self._lookahead and self.step % LOOKAHEAD_EVERY == 0:
            self._lookahead.update(min(self.step / self.n_steps, 1 - 1e-9))
        n = float((labels != NO_LABEL).sum()) if self.feed.scribbles is not None else float(len(labels))
        right = (logits.detach().argmax(1) == labels).sum()
        self._pending += torch.stack([loss.detach() * n, right.float(), right.new_tensor(n, dtype=torch.float32)])
        return loss.detach()

    def _flush(self) -> tuple[float, float, float]:
        """Mean loss and accuracy since the last flush, and the number of pictures; waits for the device."""
        sums = self._pending.cpu().double()
        self._pending.zero_()
        self._epoch_sums += sums
        loss, right, n = sums.tolist()
        return loss / max(n, 1), right / max(n, 1), n

    def _end_epoch(self) -> EpochEnded:
        loss, right, n = self._epoch_sums.tolist()
        self._epoch_sums.zero_()
        epoch = -(-self.step // self.feed.steps_per_epoch)
        val = self._accuracy(self._validation)
        test = self._accuracy(self._test) if self.config.test_every_epoch else None
        if self._best and val is not None:
            self._best.take(val, self.model)
        return EpochEnded(epoch, loss / max(n, 1), right / max(n, 1), val, test, self.elapsed_s)

    def _accuracy(self, pictures: Pictures | None) -> float | None:
        if pictures is None:
            return None
        answers = compute_logits(self.model, self.spec, pictures.images).argmax(1)
        return float((answers == pictures.labels).mean())


def _wait_while_paused(signal: Callable[[], Signal]) -> Signal:
    while (told := signal()) == "pause":
        time.sleep(PAUSE_POLL_S)
    return told

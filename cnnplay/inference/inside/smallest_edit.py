"""The smallest edit of a picture that changes a network's answer: found by a search, then pruned.

A search for few changes in the spirit of Papernot et al. 2016 (the Jacobian saliency map attack, arXiv:1511.07528),
with every step tried out in the network itself. What comes out is 1-minimal (Zeller and Hildebrandt 2002, Simplifying
and isolating failure-inducing input): the edit works, and without any single one of its parts it does not.
"""

import time
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from cnnplay.inference.inside.stamps import Change, Tool, candidate_changes, change_picture
from cnnplay.inference.predictor import Predictor
from cnnplay.models.forward import normaliser

Unit = Literal["dab", "pixel"]
UNITS: tuple[Unit, ...] = get_args(Unit)
MAX_CHANGES: dict[Unit, int] = {"dab": 40, "pixel": 80}
"""More would be another picture, not an edit."""
BEAM: dict[int, int] = {1: 6, 3: 2}
"""By the number of channels: so many unfinished edits are followed side by side. Colour networks are larger."""
WIDE_FOR: dict[int, int] = {1: 1500, 3: 300}
"""After so many pictures only the best edit is followed, so that hard questions are answered in time, too."""
N_TRIED = 16
"""So many changes of each of them are tried in the network at each step."""
Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Edit:
    """What became of the search.

    Attributes:
        before, after: (C, H, W) uint8.
        changes: that turn the one into the other, in this order.
        target: class that was asked for, or None for any other.
        answer_before, answer_after: classes.
        without: what the network answers if one of the changes is taken back, for each of them.
        n_found: changes before those that can be spared were taken back.
        n_forward: pictures that were tried in the network.
        n_backward: gradients.
        elapsed_s: measured.
    """

    before: Bytes
    after: Bytes
    changes: tuple[Change, ...]
    target: int | None
    answer_before: int
    answer_after: int
    without: tuple[int, ...]
    n_found: int
    n_forward: int
    n_backward: int
    elapsed_s: float

    @property
    def is_found(self) -> bool:
        """Whether the answer is what was asked for."""
        return self.answer_after != self.answer_before and self.target in (None, self.answer_after)

    @property
    def n_pixels(self) -> int:
        """Pixels that differ."""
        return int((self.before != self.after).any(0).sum())

    @property
    def ink(self) -> float:
        """Sum of all differences, in full pixels: 1 is one pixel from black to white, in all channels."""
        return float(np.abs(self.after.astype(np.int16) - self.before).sum()) / (255 * len(self.before))


def find_edit(predictor: Predictor, image: Bytes, *, target: int | None = None, unit: Unit = "dab") -> Edit:
    """Searches; deterministic, and bounded by `MAX_CHANGES`.

    A beam search: at each step the gradient ranks all places and directions, the best `N_TRIED` are tried in the
    network, and the `BEAM` edits that bring the other class nearest are followed, after `WIDE_FOR` pictures only the
    best one. Then changes that can be spared are taken back, one at a time, the one that is needed least first, until
    none is left that can.

    Args:
        predictor: is left as it is.
        image: (C, H, W) uint8.
        target: class to get, or None for any other than the answer.
        unit: a dab of the pen (of a colour picture: a small square), or a single pixel.
    """
    return _Search(predictor, image, target, unit).run()


@dataclass(frozen=True, eq=False)
class _State:
    """An edit so far, and by how much the wanted class is above the others."""

    changes: tuple[Change, ...]
    picture: Bytes
    margin: float


class _Search:
    def __init__(self, predictor: Predictor, image: Bytes, target: int | None, unit: Unit) -> None:
        self.predictor, self.image, self.target, self.unit = predictor, image, target, unit
        self.tool = Tool.of(unit, image.shape)
        self.n_forward = self.n_backward = 0
        self.began = time.perf_counter()
        self.first = int(self._logits(image[None])[0].argmax())

    def run(self) -> Edit:
        margin = float(self._margins_of(self._logits(self.image[None]))[0])
        beam = [_State((), self.image, margin)]
        while beam[0].margin <= 0 and len(beam[0].changes) < MAX_CHANGES[self.unit]:
            grown = self._grow(beam)
            if not grown:
                break
            beam = grown
        changes, n_found = beam[0].changes, len(beam[0].changes)
        without: tuple[int, ...] = ()
        if changes and beam[0].margin > 0:
            changes, without = self._prune(changes)
        return self._conclude(changes, without, n_found)

    def _grow(self, beam: list[_State]) -> list[_State]:
        """The best edits with one change more, the very best first."""
        longer: dict[frozenset[Change], tuple[Change, ...]] = {}
        pictures: list[Bytes] = []
        for state, gradient in zip(beam, self._gradients(np.stack([each.picture for each in beam])), strict=True):
            taken = {each.at for each in state.changes}
            ranked = candidate_changes(state.picture, gradient, self.tool)
            for change in [each for each in ranked[: N_TRIED + 2 * len(taken)] if each.at not in taken][:N_TRIED]:
                changes = (*state.changes, change)
                if frozenset(changes) not in longer:
                    longer[frozenset(changes)] = changes
                    pictures.append(change_picture(state.picture, change, self.tool))
        if not pictures:
            return []
        margins = self._margins_of(self._logits(np.stack(pictures)))
        n_channels, found = len(self.image), list(longer.values())
        width = BEAM[n_channels] if self.n_forward < WIDE_FOR[n_channels] else 1
        best = np.argsort(-margins, kind="stable")[:width]
        return [_State(found[i], pictures[i], float(margins[i])) for i in best]

    def _prune(self, changes: tuple[Change, ...]) -> tuple[tuple[Change, ...], tuple[int, ...]]:
        """Takes back what can be spared; returns what is left, and the answers without each of it."""
        while True:
            fewer = [(*changes[:i], *changes[i + 1 :]) for i in range(len(changes))]
            pictures = np.stack([self._compose(each) for each in fewer])
            logits = self._logits(pictures)
            margins = self._margins_of(logits)
            if margins.max() <= 0:
                return changes, tuple(map(int, logits.argmax(1)))
            changes = fewer[int(margins.argmax())]

    def _conclude(self, changes: tuple[Change, ...], without: tuple[int, ...], n_found: int) -> Edit:
        after = self._compose(changes)
        answer = int(self._logits(after[None])[0].argmax())
        return Edit(
            self.image, after, changes, self.target, self.first, answer, without, n_found, self.n_forward,
            self.n_backward, time.perf_counter() - self.began,
        )  # fmt: skip

    def _compose(self, changes: tuple[Change, ...]) -> Bytes:
        picture = self.image
        for each in changes:
            picture = change_picture(picture, each, self.tool)
        return picture

    def _logits(self, pictures: Bytes) -> Floats:
        self.n_forward += len(pictures)
        return self.predictor.logits(pictures)

    def _margins_of(self, logits: Floats) -> Floats:
        """By how much the wanted class is above the best of the others; above 0 the search is over."""
        if self.target is None:
            wanted, others = np.delete(logits, self.first, axis=1), logits[:, self.first, None]
        else:
            wanted, others = logits[:, self.target, None], np.delete(logits, self.target, axis=1)
        margins: Floats = wanted.max(1) - others.max(1)
        return margins

    def _gradients(self, pictures: Bytes) -> Floats:
        """Of the margin, (N, C, H, W), per full pixel; nothing is stored in the network's parameters."""
        self.n_forward, self.n_backward = self.n_forward + len(pictures), self.n_backward + len(pictures)
        x = torch.from_numpy(pictures.astype(np.float32) / 255).requires_grad_()
        model, spec = self.predictor.model, self.predictor.spec
        logits = model(normaliser(spec)(x).contiguous(memory_format=torch.channels_last))
        pivot = self.first if self.target is None else self.target
        rest = torch.cat([logits[:, :pivot], logits[:, pivot + 1 :]], 1).amax(1)
        margin = rest - logits[:, pivot] if self.target is None else logits[:, pivot] - rest
        gradients: Floats = torch.autograd.grad(margin.sum(), x)[0].numpy()
        return gradients

"""Figures as the doctor's evidence writes them."""

from collections.abc import Iterable, Mapping

from cnnplay.training.doctor.history import Point
from cnnplay.training.doctor.vitals import Vitals


def figure(value: float) -> str:
    """About three significant digits, as people write them: 0.012, 2.30, 1,680, 1.4e+09."""
    size = abs(value)
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{value:.1e}"
    if size >= 100:
        return f"{value:,.0f}"
    if 0 < size < 0.1:
        return f"{value:.2g}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def percent(share: float) -> str:
    """A share of 0..1, in whole per cent."""
    return f"{100 * share:.0f} %"


def losses(points: Iterable[Point]) -> str:
    """The losses of some points, as in "Loss 2.31 at step 8, 1.4e+09 at step 11"."""
    return "Loss " + ", ".join(f"{figure(p.loss)} at step {p.step:,}" for p in points if p.loss is not None)


def against_guessing(vitals: Vitals) -> str:
    """The loss of now, where there is one, beside that of a network that guesses."""
    if vitals.recent is None:
        return f"Guessing gives a loss of {figure(vitals.guess_loss)}."
    return f"Loss {figure(vitals.recent)} at step {vitals.step:,}; guessing gives {figure(vitals.guess_loss)}."


def layer_shares(shares: Mapping[str, float], before: Mapping[str, float], *, step: int) -> str:
    """Shares of layers at a step, as in "62 % of relu1, 100 % of relu2 at step 310; 0 %, 0 % at step 0"."""
    now = f"{', '.join(f'{percent(share)} of {name}' for name, share in shares.items())} at step {step:,}"
    if not step or set(before) != set(shares):
        return now
    return f"{now}; {', '.join(percent(before[name]) for name in shares)} at step 0"

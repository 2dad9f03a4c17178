"""Figures as pages and reports write them: 98.2 %, 1.9 ms, 28,938, 12.4 M."""

import re


def percent(share: float) -> str:
    """A share in 0..1 with one decimal; what is short of certainty is not rounded up to it."""
    shown = min(share, 0.999) if share < 1 else share
    return f"{100 * shown:.1f} %"


def accuracy(share: float) -> str:
    """A measured share in 0..1 with two decimals: one of 10,000 test pictures is 0.01 %."""
    return f"{100 * share:.2f} %"


def duration(elapsed_s: float) -> str:
    """A time in seconds, minutes or hours, whichever reads best."""
    if elapsed_s < 90:
        return f"{elapsed_s:.0f} s"
    return f"{elapsed_s / 60:.0f} min" if elapsed_s < 90 * 60 else f"{elapsed_s / 3600:.1f} h"


def milliseconds(elapsed_ms: float) -> str:
    """A time with two significant digits below 10 ms, whole above."""
    return f"{elapsed_ms:.1f} ms" if elapsed_ms < 10 else f"{elapsed_ms:.0f} ms"


def count(n: int) -> str:
    """A number with commas below a million, and in millions or thousand millions above."""
    if n < 1_000_000:
        return f"{n:,}"
    return f"{n / 1e6:.1f} M" if n < 1_000_000_000 else f"{n / 1e9:.2f} G"


def file_size(n_bytes: int) -> str:
    """A file's size in KB or MB of 1,000 and 1,000,000 bytes."""
    return f"{n_bytes / 1e3:.0f} KB" if n_bytes < 1_000_000 else f"{n_bytes / 1e6:.1f} MB"


def listing(names: list[str]) -> str:
    """Names as a sentence has them: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def plain(text: str) -> str:
    """A user's own words for a place that would read them as Markdown: all its signs escaped."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~:$<>&-])", r"\\\1", text)

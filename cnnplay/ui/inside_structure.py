"""The part 'structure' of Look inside."""

from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_ribbon import show_ribbon


def show_structure(inside: Inside) -> None:
    """Shows the part."""
    show_ribbon(inside)

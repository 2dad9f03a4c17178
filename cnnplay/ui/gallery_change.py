"""What is done to the Gallery's pictures before they are shown."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnnplay.ui.address import switch_in_address
from cnnplay.ui.pictures import as_paper

ByteArray = npt.NDArray[np.uint8]
ORIGINALS_PARAMETER = "originals"


@dataclass(frozen=True, eq=False, kw_only=True)
class Change:
    """A change of pictures.

    Attributes:
        make: (N, C, H, W) uint8 to as many pictures for `data_address`; None shows them as they are.
        about: a picture (C, H, W) uint8 to what one reads under it once it is changed, or "".
        shows_originals: whether each is shown as it was, too.
        n_beside: pictures that one becomes, side by side.
    """

    make: Callable[[ByteArray], list[ByteArray]] | None = None
    about: Callable[[ByteArray], str] = lambda _image: ""
    shows_originals: bool = False
    n_beside: int = 1

    def apply(self, images: ByteArray) -> list[ByteArray]:
        """Pictures to be shown, of (N, C, H, W)."""
        return self.make(images) if self.make else [as_shown(image) for image in images]

    @property
    def n_columns(self) -> int:
        """So many pictures wide is the place of one."""
        return self.n_beside + self.shows_originals


def as_shown(image: ByteArray) -> ByteArray:
    """One picture (C, H, W) as the app shows it: gray ones as ink on paper."""
    return as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))


def choose_originals() -> bool:
    """Whether each picture is shown as it was, too."""
    return switch_in_address("Beside the originals", ORIGINALS_PARAMETER)

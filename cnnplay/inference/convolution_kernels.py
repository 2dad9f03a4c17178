"""Kernels that everybody should have tried once, and what each of them does."""

from dataclasses import dataclass

Rows = tuple[tuple[int, ...], ...]
_BINOMIAL = (1, 4, 6, 4, 1)
"""Fifth row of Pascal's triangle: the whole numbers closest to a bell curve of that width."""


@dataclass(frozen=True)
class KnownKernel:
    """A kernel with a name.

    Attributes:
        key: in the address.
        title: for people.
        rows: whole numbers.
        divisor: the kernel's weights are its numbers divided by this.
        does: sentences on what it does.
    """

    key: str
    title: str
    rows: Rows
    divisor: int
    does: str


KNOWN_KERNELS: tuple[KnownKernel, ...] = (
    KnownKernel("identity", "Identity", ((0, 0, 0), (0, 1, 0), (0, 0, 0)), 1, "Every pixel stays as it is."),
    KnownKernel("box", "Box blur", ((1,) * 5,) * 5, 25, "The mean of 25 neighbours: all of them count alike."),
    KnownKernel(
        "gaussian",
        "Gaussian blur",
        tuple(tuple(a * b for b in _BINOMIAL) for a in _BINOMIAL),
        256,
        "A mean in which near neighbours count more: a softer blur, without the box's corners.",
    ),
    KnownKernel(
        "sharpen",
        "Sharpen",
        ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
        1,
        "The pixel, plus how far it differs from its four neighbours: edges become steeper.",
    ),
    KnownKernel(
        "sobel_x",
        "Sobel x",
        ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
        1,
        "Right side minus left side: it answers at upright edges. Above 0 where the right is brighter.",
    ),
    KnownKernel(
        "sobel_y",
        "Sobel y",
        ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
        1,
        "Lower side minus upper side: it answers at level edges. Above 0 where the lower side is brighter.",
    ),
    KnownKernel(
        "laplacian",
        "Laplacian",
        ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
        1,
        "Eight times the pixel minus its eight neighbours: it answers at edges and dots of every direction.",
    ),
    KnownKernel(
        "emboss",
        "Emboss",
        ((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
        1,
        "Lower right minus upper left, plus the pixel: the picture looks like a relief with its light from one corner.",
    ),
    KnownKernel(
        "negated_blur",
        "Negated blur",
        ((-1, -1, -1), (-1, -8, -1), (-1, -1, -1)),
        1,
        "Published under the name Sobel. It is no edge finder: all its weights have one sign, so nothing is "
        "subtracted from anything. It is a blur with its sign turned. The Laplacian has +8 in the middle.",
    ),
)


def get_known(key: str) -> KnownKernel | None:
    """The kernel of that name, if there is one."""
    return next((known for known in KNOWN_KERNELS if known.key == key), None)

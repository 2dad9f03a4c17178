"""What a convolution costs, by arithmetic: multiplications and weights, directly and through a 1 x 1 first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """Of one convolution, or of several in a row.

    Attributes:
        multiplications: of one picture, each with one addition.
        weights: without biases.
    """

    multiplications: int
    weights: int

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.multiplications + other.multiplications, self.weights + other.weights)


def convolution_cost(n_in: int, n_out: int, kernel: int, size: int) -> Cost:
    """Of a convolution that keeps height and width: every output value is a sum over `n_in * kernel**2` products.

    Args:
        n_in: channels that come in.
        n_out: channels that go out.
        kernel: its side.
        size: height and width of the maps.
    """
    weights = n_in * n_out * kernel**2
    return Cost(weights * size**2, weights)


def narrowed_cost(n_in: int, n_narrow: int, n_out: int, kernel: int, size: int) -> Cost:
    """Of a 1 x 1 convolution to few channels, and the large one from there (Lin et al. 2013, arXiv:1312.4400)."""
    return convolution_cost(n_in, n_narrow, 1, size) + convolution_cost(n_narrow, n_out, kernel, size)

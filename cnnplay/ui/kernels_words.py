"""The arithmetic of a convolution in the visitor's own numbers: sizes, weights, multiply-accumulates."""

from html import escape

from cnnplay.inference.convolution import Convolution
from cnnplay.words import count

_SIZE = "\N{LEFT FLOOR}(n + 2p \N{MINUS SIGN} d(k \N{MINUS SIGN} 1) \N{MINUS SIGN} 1) / s\N{RIGHT FLOOR} + 1"


def arithmetic(layer: Convolution, *, n_channels: int, height: int, width: int) -> str:
    """A table: what is computed, the formula with its numbers, and the result.

    Args:
        layer: fits the picture.
        n_channels: of the picture.
        height: of the picture.
        width: of the picture.

    Raises:
        InputError: it does not fit.
    """
    rows, columns = layer.output_size(height, width)
    n_seen, kernel_rows, kernel_columns = layer.kernel.shape[1:]
    n_weights, n_kernels = layer.weights_per_neuron, layer.n_kernels
    lines = [
        ("Rows", _filled(height, kernel_rows, layer), f"{rows:,}"),
        ("Columns", _filled(width, kernel_columns, layer), f"{columns:,}"),
        ("Weights per number", f"{kernel_rows} x {kernel_columns} x {_n(n_seen, 'channel')}", count(n_weights)),
        ("Parameters", f"{_n(n_kernels, 'kernel')} x ({n_weights} + 1 bias)", count(n_kernels * (n_weights + 1))),
        (
            "Multiply-accumulates",
            f"{n_kernels} x {rows:,} x {columns:,} x {n_weights}",
            f"{layer.count_macs(height, width):,}",
        ),
    ]
    body = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(formula)}</td><td>= <b>{escape(value)}</b></td></tr>"
        for name, formula, value in lines
    )
    layers = "" if layer.groups == 1 else f" Of {n_channels} channels, each kernel sees {n_seen}."
    return (
        f'<div class="cp-k-sizes"><p>Size of a map: <b>{_SIZE}</b> for each side n, with kernel k, padding p, '
        f"dilation d, stride s.</p><table><tbody>{body}</tbody></table><p>{escape(keeping(layer) + layers)}</p></div>"
    )


def keeping(layer: Convolution) -> str:
    """Which padding keeps the size at stride 1: p = (k - 1) / 2, times the dilation."""
    reach = [span - 1 for span in layer.span]
    formula = "p = (k \N{MINUS SIGN} 1) / 2"
    if layer.dilation > 1:
        formula += " x dilation"
    if any(each % 2 for each in reach):
        return (
            f"{formula}: a kernel with an even side has no whole padding that keeps the size, {reach[0] / 2:g} x "
            + (f"{reach[1] / 2:g} would be needed.")
        )
    if reach[0] != reach[1]:
        return f"{formula}: rows would need {reach[0] // 2}, columns {reach[1] // 2}, to keep their number at stride 1."
    needed = reach[0] // 2
    if needed == layer.padding:
        ending = "as here." if layer.stride == 1 else "and stride 1 besides."
        return f"{formula} = {needed} keeps the size at stride 1, {ending}"
    return f"{formula} = {needed} would keep the size at stride 1. Here the padding is {layer.padding}."


def _filled(size: int, kernel: int, layer: Convolution) -> str:
    minus = "\N{MINUS SIGN}"
    return (
        f"\N{LEFT FLOOR}({size} + 2\N{MIDDLE DOT}{layer.padding} {minus} {layer.dilation}\N{MIDDLE DOT}({kernel} "
        f"{minus} 1) {minus} 1) / {layer.stride}\N{RIGHT FLOOR} + 1"
    )


def _n(n: int, word: str) -> str:
    return f"{n} {word}{'' if n == 1 else 's'}"

"""What can be picked in a layer, as words of `show_clickable`: a value, another map, an input map, an origin."""

import streamlit as st

from cnnplay.ui.address import read_index, write
from cnnplay.ui.inside import Inside, choose_layer, choose_pixel, chosen_pixel

WHAT_PARAMETER, FROM_PARAMETER = "show", "from"
MAP, VALUE, CELL, FROM, GO, TURN = "map", "value", "cell", "from", "go", "turn"
"""First part of a pick; what follows is told below."""


def pick_map(channel: int) -> str:
    """With a grid of its rows and columns: the value there."""
    return f"{MAP}:{channel}"


def pick_value(number: int) -> str:
    """A value of a vector."""
    return f"{VALUE}:{number}"


def pick_cell(n_columns: int) -> str:
    """With a grid of so many columns: the value of a vector that is laid out in rows."""
    return f"{CELL}:{n_columns}"


def pick_from(channel: int) -> str:
    """An input map of a convolution, whose numbers are to be told."""
    return f"{FROM}:{channel}"


def pick_source(name: str, place: tuple[int, ...]) -> str:
    """A value of another step."""
    return f"{GO}:{name}:{','.join(map(str, place))}"


def pick_turn(by: int) -> str:
    """The next map, or the one before it, in the order in which they stand."""
    return f"{TURN}:{by}"


def follow(inside: Inside, pick: str, order: "tuple[int, ...]" = ()) -> None:
    """Puts a pick into the address.

    Args:
        inside: what is shown.
        pick: as above, with the row and column where it has a grid.
        order: numbers of the maps as they stand.
    """
    kind, _, rest = pick.partition(":")
    shape = tuple(inside.values()[inside.layer].shape)
    if kind == MAP:
        channel, _, cell = rest.partition(":")
        choose_pixel((int(channel), *_numbers(cell)))
    elif kind == VALUE:
        _choose_number(int(rest), shape)
    elif kind == CELL:
        n_columns, _, cell = rest.partition(":")
        row, column = _numbers(cell)
        _choose_number(row * int(n_columns) + column, shape)
    elif kind == FROM:
        write(FROM_PARAMETER, f"{inside.layer}:{int(rest)}")
    elif kind == GO:
        name, _, place = rest.rpartition(":")
        choose_layer(name)
        choose_pixel(_numbers(place))
    elif kind == TURN:
        _turn(inside, int(rest), order)


def strongest(inside: Inside, channel: int | None = None) -> tuple[int, ...]:
    """Where the largest absolute value is, of the layer or of one of its maps."""
    value = inside.values()[inside.layer].abs()
    part = value if channel is None else value[channel : channel + 1]
    flat = int(part.flatten().argmax())
    place = []
    for n in reversed(part.shape):
        flat, at = divmod(flat, n)
        place.append(at)
    first, *rest = reversed(place)
    return (first if channel is None else channel, *rest)


def chosen_source(inside: Inside) -> int | None:
    """Number of the input map that somebody picked for this layer."""
    name, _, number = st.query_params.get(FROM_PARAMETER, "").rpartition(":")
    return read_index(number) if name == inside.layer else None


def _choose_number(number: int, shape: tuple[int, ...]) -> None:
    if number < shape[0]:  # the last row of a grid may not be full
        choose_pixel((number, *(0 for _ in shape[1:])))


def _turn(inside: Inside, by: int, order: tuple[int, ...]) -> None:
    at = chosen_pixel(inside)
    if at is None:
        choose_pixel(strongest(inside, order[0]))
        return
    place = min(max(order.index(at[0]) + by, 0), len(order) - 1)
    choose_pixel((order[place], *at[1:]))


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(","))

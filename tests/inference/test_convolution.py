"""Convolution and pooling by hand against PyTorch, and what they say where they cannot."""

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplay.errors import InputError
from cnnplay.inference.convolution import PADDING_MODES, Convolution
from cnnplay.inference.convolution_kernels import KNOWN_KERNELS, get_known
from cnnplay.inference.convolution_pooling import Pooling

N_EXAMPLES = 100


@st.composite
def layers(draw: st.DrawFn) -> tuple[Convolution, np.ndarray]:
    """Any layer with a picture of whole numbers, whether they fit or not."""
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    n_seen, per_group = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    shape = (groups * per_group, n_seen, draw(st.integers(1, 7)), draw(st.integers(1, 7)))
    picture = rng.integers(0, 256, (groups * n_seen, draw(st.integers(1, 13)), draw(st.integers(1, 13))))
    layer = Convolution(
        rng.integers(-9, 10, shape).astype(float),
        rng.integers(-50, 50, shape[0]).astype(float),
        stride=draw(st.integers(1, 4)),
        padding=draw(st.integers(0, 6)),
        padding_mode=draw(st.sampled_from(PADDING_MODES)),
        dilation=draw(st.integers(1, 3)),
        groups=groups,
        divisors=rng.choice([1.0, 2.0, 16.0], shape[0]),  # powers of two leave whole numbers exact
    )
    return layer, picture.astype(float)


def by_torch(layer: Convolution, picture: np.ndarray) -> np.ndarray:
    modes: dict[str, str] = {"zeros": "constant"}
    around = (layer.padding,) * 4
    padded = F.pad(torch.from_numpy(picture)[None], around, mode=modes.get(layer.padding_mode, layer.padding_mode))
    options: dict[str, Any] = {"stride": layer.stride, "dilation": layer.dilation, "groups": layer.groups}
    divisors = np.asarray(layer.divisors)[:, None, None, None]
    weight, bias = torch.from_numpy(layer.kernel / divisors), torch.from_numpy(np.asarray(layer.bias))
    return F.conv2d(padded, weight, bias, **options)[0].numpy()


@settings(max_examples=N_EXAMPLES, deadline=None)
@given(layers())
def test_maps_equal_those_of_torch_and_what_torch_refuses_is_refused(made: tuple[Convolution, np.ndarray]) -> None:
    layer, picture = made
    try:
        expected = by_torch(layer, picture)
    except (RuntimeError, ValueError, IndexError):
        with pytest.raises(InputError):
            layer.apply(picture)
        return
    maps = layer.apply(picture)
    assert np.array_equal(maps, expected)
    assert maps.shape[1:] == layer.output_size(*picture.shape[1:])
    parts = np.stack([layer.products(picture, each).sum(0) for each in range(layer.n_kernels)])
    assert np.array_equal(parts + np.asarray(layer.bias)[:, None, None], maps)


@settings(max_examples=N_EXAMPLES, deadline=None)
@given(layers(), st.integers(0, 10**6))
def test_every_number_of_a_map_is_the_sum_that_is_told(made: tuple[Convolution, np.ndarray], place: int) -> None:
    layer, picture = made
    try:
        maps = layer.apply(picture)
    except InputError:
        return
    kernel, row, column = np.unravel_index(place % maps.size, maps.shape)
    told = layer.sum_at(picture, int(kernel), int(row), int(column))
    assert told.value == maps[kernel, row, column]
    assert len(told.terms) == layer.weights_per_neuron
    _, height, width = picture.shape
    for term in told.terms:
        if 0 <= term.row < height and 0 <= term.column < width:
            assert term.pixel == picture[term.channel, term.row, term.column]
        elif layer.padding_mode == "zeros":
            assert term.pixel == 0


@settings(max_examples=N_EXAMPLES, deadline=None)
@given(
    st.integers(1, 9), st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.sampled_from(["max", "average"])
)
def test_pooling_equals_that_of_torch(size: int, height: int, width: int, stride: int, is_max: bool) -> None:
    picture = np.random.default_rng(size).integers(0, 256, (2, height, width)).astype(float)
    pooling = Pooling("max" if is_max else "average", size, stride)
    if size > min(height, width):
        with pytest.raises(InputError, match="take a smaller"):
            pooling.apply(picture)
        return
    pool = F.max_pool2d if is_max else F.avg_pool2d
    expected = pool(torch.from_numpy(picture)[None], size, stride)[0].numpy()
    assert np.allclose(pooling.apply(picture), expected, rtol=1e-14)
    assert pooling.output_size(height, width) == expected.shape[1:]


def test_the_published_photo_is_halved() -> None:
    assert Pooling("max", 2, 2).output_size(886, 878) == (443, 439)


def test_five_by_five_over_three_channels_takes_75_weights() -> None:
    layer = Convolution(np.ones((32, 3, 5, 5)), padding=2)
    assert layer.weights_per_neuron == 75
    assert layer.output_size(32, 32) == (32, 32)
    assert layer.count_macs(32, 32) == 75 * 32 * 32 * 32


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"padding": 0, "dilation": 4}, "covers 9 x 9 pixels, and the padded picture has 6 x 6"),
        ({"padding": 6, "padding_mode": "reflect"}, "take at most 5"),
        ({"padding": 7, "padding_mode": "circular"}, "take at most 6"),
        ({"groups": 2}, "2 groups do not fit: channels 3, kernels 2"),
        ({"groups": 3}, "3 groups do not fit"),
        ({"stride": 0}, "1 or more"),
        ({"divisors": np.array([1.0, 0.0])}, "divided by 0"),
    ],
)
def test_what_cannot_be_gets_a_sentence(options: dict[str, Any], sentence: str) -> None:
    layer = Convolution(np.ones((2, 3, 3, 3)), **options)
    with pytest.raises(InputError, match=sentence):
        layer.apply(np.zeros((3, 6, 6)))


def test_a_place_outside_of_the_map_gets_a_sentence() -> None:
    with pytest.raises(InputError, match="4 rows, 4 columns"):
        Convolution(np.ones((1, 1, 3, 3))).sum_at(np.zeros((1, 6, 6)), 0, 4, 0)


def test_known_kernels_do_what_their_sentences_say() -> None:
    adds_up_to = {known.key: sum(map(sum, known.rows)) / known.divisor for known in KNOWN_KERNELS}
    for key in ("identity", "box", "gaussian", "sharpen", "emboss"):
        assert adds_up_to[key] == 1  # brightness stays
    for key in ("sobel_x", "sobel_y", "laplacian"):
        assert adds_up_to[key] == 0  # nothing where nothing changes
    assert adds_up_to["negated_blur"] == -16


def test_the_published_kernel_answers_to_plain_areas_and_the_laplacian_does_not() -> None:
    plain = np.full((1, 5, 5), 200.0)
    answers = {}
    for key in ("negated_blur", "laplacian", "sobel_x"):
        known = get_known(key)
        assert known is not None
        answers[key] = Convolution(np.array(known.rows, float)[None, None]).apply(plain).max()
    assert answers == {"negated_blur": -16 * 200, "laplacian": 0, "sobel_x": 0}

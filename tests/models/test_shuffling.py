"""The fixed shuffle of pixels: a permutation that keeps within its radius, the same everywhere and every time."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplay.errors import ConfigError
from cnnplay.inference.inside.graph import read_graph
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.registry import MODELS, build, get_spec
from cnnplay.models.shuffling import shuffled_positions

SIDES = st.integers(1, 12)


@settings(max_examples=40, deadline=None)
@given(radius=st.integers(0, 14), height=SIDES, width=SIDES)
def test_it_is_a_permutation_that_respects_its_radius(radius, height, width):
    positions = shuffled_positions(radius, height, width)
    assert sorted(positions) == list(range(height * width))
    moved = np.abs(np.array(np.divmod(positions, width)) - np.array(np.divmod(np.arange(height * width), width)))
    assert moved.max() <= radius


def test_a_larger_radius_moves_pixels_further_until_all_are_permuted():
    here = np.array(np.divmod(np.arange(784), 28))
    means = []
    for radius in (0, 1, 2, 4, 8, 14):
        there = np.array(np.divmod(shuffled_positions(radius, 28, 28), 28))
        means.append(np.abs(there - here).max(0).mean())
    assert means[0] == 0
    assert all(later > 1.4 * before for before, later in pairwise(means[1:]))
    assert np.array_equal(shuffled_positions(28, 28, 28), shuffled_positions(32, 28, 28))


def test_it_never_changes():
    """Networks trained with a shuffle are worthless with another one."""
    digest = hashlib.sha1(b"".join(shuffled_positions(r, 28, 28).tobytes() for r in (1, 4, 28))).hexdigest()
    assert digest == "32bc87dbd2bee6a0fd5af327b2c3b0270fcbbef4"


@pytest.mark.parametrize("key", MODELS)
def test_every_network_takes_it_in_front_of_everything_else(key, tmp_path):
    height, width = get_spec(key).input_shape[1:]
    torch.manual_seed(0)
    plain = build(key).eval()
    shuffled = build(key, shuffle_px=3).eval()
    assert list(shuffled.state_dict()) == list(plain.state_dict())
    shuffled.load_state_dict(plain.state_dict())
    x = torch.randn(2, *get_spec(key).input_shape)
    moved = x.flatten(2)[..., torch.from_numpy(shuffled_positions(3, height, width).copy())].view_as(x)
    with torch.no_grad():
        torch.testing.assert_close(shuffled(x), plain(moved))
        graph = read_graph(shuffled)
        assert graph.steps[0].name == "shuffle"
        assert torch.equal(graph.compute(x)[graph.output], shuffled(x))


def test_it_travels_with_the_weights(tmp_path):
    model = build("cnn6", shuffle_px=28).eval()
    save_weights(model, tmp_path / "w.safetensors", key="cnn6", options={"shuffle_px": 28})
    loaded = load_model(tmp_path / "w.safetensors")[1]
    assert loaded.shuffle.radius_px == 28
    x = torch.randn(2, 1, 28, 28)
    with torch.no_grad():
        torch.testing.assert_close(loaded(x), model(x), atol=0.01, rtol=0.01)  # stored in half precision


def test_no_shuffle_changes_nothing():
    assert str(build("cnn6", shuffle_px=0)) == str(build("cnn6"))


@pytest.mark.parametrize("value", [-1, 33, 2.0, True, "far"])
def test_other_radii_are_refused(value):
    with pytest.raises(ConfigError, match="It must be a whole number from 0 to 32"):
        build("fc2", shuffle_px=value)

"""A picture in an address comes back as it was; anything else is refused in words."""

import zlib
from base64 import urlsafe_b64encode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cnnplay.data.picture_code import SHAPES, decode_picture, encode_picture
from cnnplay.errors import InputError


@given(image=st.sampled_from(SHAPES).flatmap(lambda shape: arrays.arrays(np.uint8, shape)))
def test_a_picture_comes_back_as_it_was(image: np.ndarray) -> None:
    text = encode_picture(image)
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert np.array_equal(decode_picture(text), image)


@given(text=st.text(max_size=300))
def test_text_that_is_no_picture_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        decode_picture(text)


@pytest.mark.parametrize("n_bytes", [0, 783, 785, 3073, 50_000_000])
def test_a_picture_of_another_size_is_refused_without_being_unpacked(n_bytes: int) -> None:
    text = urlsafe_b64encode(zlib.compress(bytes(n_bytes))).decode().rstrip("=")
    with pytest.raises(InputError, match="damaged"):
        decode_picture(text)


def test_half_a_picture_is_refused() -> None:
    text = encode_picture(np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8))
    with pytest.raises(InputError, match="damaged"):
        decode_picture(text[: len(text) // 2])


def test_only_pictures_that_networks_take_fit() -> None:
    with pytest.raises(InputError, match="shape"):
        encode_picture(np.zeros((1, 27, 28), np.uint8))

"""What takes long to make is made once."""

import numpy as np
import pytest

from cnnplay.data.kept import read_or_make
from cnnplay.data.scribbles import HELD_OUT, KINDS, load_scribbles, make_scribbles
from cnnplay.settings import HOME_VARIABLE


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


def test_arrays_are_made_once_for_each_thing_that_they_follow_from(home):
    made = []

    def make():
        made.append(len(made))
        return {"numbers": np.full((2, 3), len(made), np.uint8)}

    found = [read_or_make("numbers", make, follows_from=key, source="here")["numbers"] for key in (b"a", b"b", b"a")]
    assert [each.flat[0] for each in found] == [1, 2, 1]
    assert len(list((home / "data").glob("numbers-*.safetensors"))) == len(made) == 2


def test_kept_scribbles_are_those_that_would_be_made(home):
    for options in ({"seed": 1, "kinds": KINDS}, {"seed": 1, "kinds": HELD_OUT}, {"seed": 2, "kinds": KINDS}):
        expected = make_scribbles(4, **options)
        for _ in range(2):
            assert np.array_equal(load_scribbles(4, **options), expected)
    assert len(list((home / "data").iterdir())) == 3

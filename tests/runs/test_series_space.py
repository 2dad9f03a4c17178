"""What a sweep may choose: checked in plain sentences, the same after a round trip, and applied where it belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.errors import ConfigError
from cnnplay.runs.series_space import LISTED, RANGED, Choice, Range, Space, apply, value_of
from cnnplay.training.config import WHOLE

from .conftest import quick

ALL = Space(
    (
        Range("lr", 0.001, 1.0),
        Range("dropout", 0.0, 0.5),
        Range("shift_px", 0, 4),
        Choice("batch_size", (32, 64)),
        Choice("activation", ("relu", "gelu")),
    )
)


def ranges():
    def ends(name):
        low, high = RANGED[name]
        number = st.integers(int(low), int(high)) if name in WHOLE else st.floats(max(low, 1e-8), high)
        return st.lists(number, min_size=2, max_size=2, unique=True).map(lambda two: Range(name, *sorted(two)))

    return st.sampled_from(sorted(RANGED)).flatmap(ends)


def choices():
    return st.sampled_from(sorted(LISTED)).flatmap(
        lambda name: st.lists(st.sampled_from(LISTED[name]), min_size=2, unique=True).map(
            lambda values: Choice(name, tuple(values))
        )
    )


@given(st.lists(ranges() | choices(), min_size=1, max_size=8, unique_by=lambda each: each.name))
def test_a_space_is_the_same_after_json(dimensions):
    space = Space(tuple(dimensions))
    assert Space.from_json(space.to_json()) == space


@given(st.lists(ranges() | choices(), min_size=1, max_size=8, unique_by=lambda each: each.name))
def test_the_start_is_a_configuration_and_the_nearest_point(dimensions):
    space = Space(tuple(dimensions))
    start = space.start(quick())
    assert space.start(apply(quick(), start)) == start


def test_values_go_where_they_belong_and_nothing_else_changes():
    config = apply(quick(), {"lr": 0.5, "dropout": 0.3, "shift_px": 2, "batch_size": 64, "activation": "gelu"})
    assert (config.lr, config.batch_size, config.augmentation.shift_px) == (0.5, 64, 2)
    assert dict(config.model_options) == {"dropout": 0.3, "activation": "gelu"}
    assert apply(config, ALL.start(quick())).lr == quick().lr
    assert value_of(quick(), "dropout") is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([{"name": "lr", "low": 1.0, "high": 0.1}], "The first must be the smaller"),
        ([{"name": "weight_decay", "low": 0, "high": 0.1}], "Begin above 0"),
        ([{"name": "shift_px", "low": 0.5, "high": 3}], "whole numbers"),
        ([{"name": "momentum", "low": 0.5, "high": 1.5}], "within 0 and 0.999"),
        ([{"name": "epochs", "low": 1, "high": 2}], "has no range to sweep. Choose among: lr,"),
        ([{"name": "optimizer", "values": ["sgd"]}], "Give two or more"),
        ([{"name": "optimizer", "values": ["sgd", "lion"]}], "optimizer is 'lion'"),
        ([{"name": "batch_size", "values": [32, 33]}], "batch_size is 33"),
        ([{"name": "seed", "values": [1, 2]}], "Choose among: batch_size,"),
        ([{"name": "lr"}], "no space to sweep"),
        ([], "Add one"),
        ([{"name": "lr", "low": 0.1, "high": 1}] * 2, "is there twice"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_what_can(values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        Space.from_json(values)

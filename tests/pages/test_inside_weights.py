"""Weights on the page Look inside, without a browser."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.data.picture_code import encode_picture

from .runs import add_stopped_run

Open = Callable[..., AppTest]
STEPS = (0, 4, 8)


@pytest.fixture
def weights(open_page: Open) -> Open:
    def open_(**address: str) -> AppTest:
        usual = {"view": "weights", "input": "test:mnist-5k:3"}
        return open_page("inside", shipped=True, address={**usual, **address})

    return open_


def words(app: AppTest) -> str:
    return " ".join(each.value for each in (*app.markdown, *app.caption, *app.subheader, *app.html))


def test_weights_are_shown_with_every_parameter_of_the_network(weights: Open) -> None:
    app = weights(network="cnn6", layer="relu1")
    assert not app.exception
    assert "relu1 has no weights of its own; these are those of conv1." in words(app)
    assert list(app.dataframe[0].value["Name"])[:2] == ["conv1.weight", "conv1.bias"]
    assert len(app.dataframe[0].value) == 8


def test_first_weights_are_drawn_by_hand(weights: Open) -> None:
    app = weights(network="cnn6", weights="begin")
    assert not app.exception
    assert "vanishes" in words(app)
    assert r"32 training pictures of MNIST\-5k" in words(app)
    app.selectbox(key="choice_init").set_value("kaiming").run()
    assert not app.exception
    assert app.query_params["init"] == "kaiming"
    assert "comes through" in words(app)
    app.select_slider(key="choice_knob").set_value("0.1").run()
    assert app.query_params["knob"] == "0.1"
    assert "The signal vanishes" in words(app)


def test_of_a_shipped_network_a_fresh_start_stands_for_the_first_moment(weights: Open) -> None:
    app = weights(network="cnn6", weights="moved", layer="conv2")
    assert not app.exception
    assert "how it began was not kept" in words(app)
    assert "The weights of **conv2** moved by" in words(app)
    assert "The first layer's kernels" in words(app)


def test_two_snapshots_of_a_run_are_set_side_by_side(weights: Open, home: Path) -> None:
    run_id = add_stopped_run(STEPS)
    app = weights(network=run_id, weights="moved", **{"from": "4"})
    assert not app.exception
    assert [slider.value for slider in app.select_slider] == ["4", "8"]
    assert "Step 4" in words(app)
    assert "Step 8" in words(app)


@pytest.mark.parametrize("weights_view", ["now", "begin", "moved", "nonsense"])
def test_an_address_can_ask_for_anything(weights: Open, weights_view: str) -> None:
    app = weights(network="residual", weights=weights_view, layer="softmax", init="no", knob="7")
    assert not app.exception


def test_without_the_pictures_that_it_learned_from_a_network_says_how_to_get_them(weights: Open) -> None:
    picture = encode_picture(np.zeros((3, 32, 32), np.uint8))
    app = weights(network="speedrun", weights="begin", input=picture)
    assert not app.exception
    assert "cnnplay data cifar10 --download" in app.info[0].value
    app = weights(network="speedrun", weights="moved", input=picture)
    assert not app.exception
    assert "moved by" in words(app)

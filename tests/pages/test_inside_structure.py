"""The structure of a network on the page Look inside, without a browser."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.ui import state

Open = Callable[..., AppTest]


@pytest.fixture
def structure(open_page: Open) -> Open:
    def open_(**address: str) -> AppTest:
        digit = {"input": "test:mnist-5k:3"} if address.get("network") in {None, "fc2", "inception"} else {}
        return open_page("inside", shipped=True, address={"view": "structure", **digit, **address})

    return open_


def html(app: AppTest) -> str:
    return " ".join(each.value for each in app.html)


def test_a_layer_tells_its_size_its_cost_and_what_it_sees(structure: Open) -> None:
    app = structure(layer="block1.conv2")
    assert not app.exception
    text = html(app)
    for fact in ("32 x 14 x 14", "9,216", "1.8 M", "14 x 14 px", "Rows 8 to 21", "kernel_size=(3, 3)"):
        assert fact in text
    assert 'get_submodule("block1.conv2")' in app.code[0].value


@pytest.mark.parametrize("layer", ["softmax", "flatten", "block1.add", "nonsense"])
def test_every_sort_of_step_can_be_looked_at(structure: Open, layer: str) -> None:
    app = structure(layer=layer)
    assert not app.exception
    assert "features" in app.code[0].value


def test_the_steps_are_timed_at_the_press_of_a_button(structure: Open) -> None:
    app = structure(network="fc2")
    assert state.INSIDE_TIMES not in app.session_state
    app.button(key="inside_time").click().run()
    assert not app.exception
    assert "Median of 15 passes of one picture" in " ".join(each.value for each in app.caption)
    assert set(app.session_state[state.INSIDE_TIMES].times) == {"flatten", "fc1", "relu1", "fc2", "relu2", "fc3"}

"""Look inside, layer by layer: every step of every network opens, and nothing is computed twice."""

import gc
import json
import re
import weakref
from collections.abc import Callable

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from cnnplay.inference.inside.arithmetic import explain
from cnnplay.inference.inside.graph import Graph, read_graph
from cnnplay.inference.inside.maps import arrange
from cnnplay.inference.inside.step_words import describe_step
from cnnplay.inference.predictor import Predictor
from cnnplay.models.registry import MODELS, build, get_spec
from cnnplay.ui import inside as look
from cnnplay.ui.inside import Inside
from cnnplay.ui.inside_layers_kernels import draw_first, draw_stack, has_kernels
from cnnplay.ui.inside_layers_maps import View, as_maps, draw_bars, draw_cells, draw_maps
from cnnplay.ui.inside_layers_picks import strongest
from cnnplay.ui.inside_layers_sum import field_of
from cnnplay.ui.inside_layers_terms import draw_sum
from cnnplay.ui.networks import find_network

OpenPage = Callable[..., AppTest]
DIGIT = "test:mnist-5k:3"
VIEW = View(order="mean", size="small", scale="own")


def parts(app: AppTest) -> str:
    """All HTML of the page, that which can be clicked included."""
    assert not app.exception
    clickable = [json.loads(each.proto.json)["html"] for each in app.get("bidi_component")]
    return " ".join([*(element.proto.body for element in app.get("html")), *clickable])


@pytest.fixture
def layers(open_page: OpenPage) -> OpenPage:
    def open_(network: str, **address: str) -> AppTest:
        digit = {"input": DIGIT} if get_spec(network).input_shape[0] == 1 else {}
        return open_page("inside", shipped=True, address={"network": network, **digit, **address})

    return open_


@pytest.mark.parametrize("key", MODELS)
def test_every_step_of_every_network_can_be_shown(key: str) -> None:
    torch.manual_seed(0)
    spec = get_spec(key)
    predictor = Predictor(spec, build(key).eval(), None)
    image = np.random.default_rng(0).integers(0, 256, spec.input_shape).astype(np.uint8)
    graph = read_graph(predictor.model)
    inside = Inside(find_network(key), predictor, graph, image, "", "", "")
    values = inside.values()
    for name in inside.names:
        step = Inside(inside.network, predictor, graph, image, "", "", name)
        assert describe_step(graph, values, name).endswith(".")
        at = strongest(step)
        value = float(values[name][at])
        found = explain(graph, values, name, at)
        shown = draw_sum(step, found, value, shows_all=False)
        assert found.is_complete
        assert "nan" not in shown
        (top, bottom), (left, right) = field_of(step, at)
        assert 0 <= top <= bottom < image.shape[1]
        assert 0 <= left <= right < image.shape[2]
        maps = as_maps(values[name])
        if maps is not None:
            assert draw_maps(arrange(maps), VIEW, at[0]).count("data-pick") == len(maps)
        elif len(values[name]) > 16:
            assert "data-grid" in draw_cells(values[name].flatten().numpy(), at[0])
        else:
            assert draw_bars(values[name].numpy(), list("abcdefghij")[: len(values[name])], at[0], is_share=False)
        if has_kernels(step):
            conv = graph.module(name)
            assert draw_stack(step, conv, at[0]).count("data-pick") == conv.in_channels // conv.groups
            if graph.step(name).inputs == ("input",):
                assert draw_first(conv, at[0]).count("data-pick") == conv.out_channels


def test_a_value_in_the_address_is_told_number_by_number(layers: OpenPage) -> None:
    shown = parts(layers("scribe", layer="conv1.conv", pixel="3,12,13"))
    assert "Map 3, row 12, column 13" in shown
    assert "5 x 5 of 28 x 28 pixels" in shown
    assert "(pixel / 255 - 0.1307) / 0.3081" in shown
    printed = re.search(r"<b>(-?\d+\.\d+)</b></p>", shown)
    total = re.search(r"<td colspan=2>sum</td><td>(-?\d+\.\d+)</td>", shown)
    assert printed is not None
    assert total is not None
    assert printed[1] == total[1]


def test_what_a_value_sees_is_kept_with_the_network_that_it_was_read_of() -> None:
    spec = get_spec("cnn6")
    graph = read_graph(build("cnn6").eval())
    predictor = Predictor(spec, graph.model, None)
    image = np.zeros(spec.input_shape, np.uint8)
    inside = Inside(find_network("cnn6"), predictor, graph, image, "", "", graph.steps[0].name)
    field_of(inside, (0, 0, 0))
    alive = weakref.ref(graph)
    for cached in (look._compute, look._predict):  # they hold it as well, for a while
        cached.clear()
    del inside, predictor, graph
    gc.collect()
    assert alive() is not None  # another network's would get its number


def test_an_input_map_of_thousands_of_digits_is_none(layers: OpenPage) -> None:
    app = layers("cnn6", layer="conv2", pixel="1,2,3", **{"from": f"conv2:{5000 * '9'}"})
    assert "Map 1, row 2, column 3" in parts(app)


def test_a_value_that_does_not_exist_is_not_shown(layers: OpenPage) -> None:
    app = layers("cnn6", layer="pool1", pixel="9,9,99")
    assert "appears here, number by number" in parts(app)
    app.button(key="inside_strongest").click().run()
    assert str(app.query_params["pixel"]).count(",") == 2
    assert "is the largest and goes on" in parts(app)


def test_kernels_are_shown_in_colour_where_they_read_a_photo(layers: OpenPage) -> None:
    assert "Red, green and blue" in parts(layers("lenet5", layer="conv1", show="kernels"))
    assert "Map 2 of 16: what it reads" in parts(layers("lenet5", layer="conv2", show="kernels", pixel="2,0,0"))


def test_all_terms_of_a_dense_layer_are_shown_when_asked_for(layers: OpenPage) -> None:
    few = layers("cnn6", layer="fc1", pixel="7")
    assert "the other 88 terms" in parts(few)
    few.toggle(key="switch_all").set_value(True).run()
    assert parts(few).count("flatten [") == 96


def test_probabilities_have_the_names_of_classes(layers: OpenPage) -> None:
    shown = parts(layers("lenet5", layer="softmax", pixel="3"))
    assert "Value 3, for cat" in shown
    assert "airplane" in shown


def test_a_change_of_the_view_computes_nothing_anew(layers: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[str] = []

    def count(owner: type, name: str) -> None:
        plain = getattr(owner, name)

        def counted(*args: object, **options: object) -> object:
            passes.append(name)
            return plain(*args, **options)

        monkeypatch.setattr(owner, name, counted)

    count(Graph, "compute")
    count(Predictor, "predict")
    app = layers("cnn6", layer="conv2")
    assert passes.count("compute") == 1
    asked = len(passes)
    for change in ({"layer": "pool2"}, {"pixel": "1,1,1"}, {"size": "large"}, {"scale": "own"}, {"layer": "softmax"}):
        for name, value in change.items():
            app.query_params[name] = value
        parts(app.run())
    assert len(passes) == asked


def test_nothing_stays_on_a_network_that_was_looked_into(layers: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Graph] = []
    plain = Graph.compute

    def break_off(graph: Graph, x: torch.Tensor, **options: object) -> dict[str, torch.Tensor]:
        seen.append(graph)
        plain(graph, x)
        raise RuntimeError("halfway")

    monkeypatch.setattr(Graph, "compute", break_off)
    assert layers("cnn6").exception
    for module in seen[0].model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        assert not module._backward_hooks
    monkeypatch.setattr(Graph, "compute", plain)
    assert "Each of the 6 maps" in parts(layers("cnn6"))

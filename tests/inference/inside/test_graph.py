"""Every network can be read as its operations, and their values are its own."""

import pytest
import torch
from torch import nn

from cnnplay.inference.inside.graph import INPUT, read_graph
from cnnplay.models.registry import MODELS, build
from cnnplay.models.residual import VARIANTS, DigitResidualNet


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def hooks_of(model: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in model.modules())


@pytest.mark.parametrize("key", MODELS)
def test_the_values_are_those_of_the_network_itself(key: str) -> None:
    model = build(key).eval()
    x = torch.randn(2, *MODELS[key].input_shape)
    leaves = [name for name, m in model.named_modules() if not list(m.children()) and not isinstance(m, nn.Identity)]
    graph = read_graph(model)
    with torch.inference_mode():
        values = graph.compute(x)
        expected = model(x)
    assert torch.equal(values[graph.output], expected)
    assert hooks_of(model) == 0
    assert list(values) == [INPUT, *(step.name for step in graph.steps)]
    assert {step.name for step in graph.steps} >= set(leaves)
    for step in graph.steps:
        assert set(step.inputs) <= set(values)
        assert step.kind != "other" or step.name == "scale"


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_wiring_of_a_residual_block_can_be_read(variant: str) -> None:
    model = DigitResidualNet(variant).eval()
    x = torch.randn(1, 1, 28, 28)
    graph = read_graph(model)
    with torch.inference_mode():
        assert torch.equal(graph.compute(x)[graph.output], model(x))


def test_a_module_that_is_used_twice_has_two_steps() -> None:
    graph = read_graph(build("residual").eval())
    names = [step.name for step in graph.steps]
    assert names[names.index("block1.conv2") :][:3] == ["block1.conv2", "block1.add", "block1.relu:2"]
    assert graph.step("block1.relu:2").path == "block1.relu"
    assert graph.step("block1.add").inputs == ("pool1", "block1.conv2")


def test_altered_networks_can_be_read_as_well() -> None:
    model = build("cnn6", activation="sigmoid", dropout=0.3, n_classes=4).eval()
    graph = read_graph(model)
    x = torch.randn(1, 1, 28, 28)
    with torch.inference_mode():
        assert torch.equal(graph.compute(x)[graph.output], model(x))


def test_a_value_can_be_replaced_on_the_way() -> None:
    model = build("cnn6").eval()
    graph = read_graph(model)
    x = torch.randn(1, 1, 28, 28)
    with torch.inference_mode():
        before = graph.compute(x)
        after = graph.compute(x, replace={"pool1": torch.zeros_like(before["pool1"])})
    assert torch.equal(after["conv1"], before["conv1"])
    assert not torch.equal(after["conv2"], before["conv2"])


def test_nothing_is_left_behind_by_a_picture_that_does_not_fit() -> None:
    model = build("cnn6").eval()
    graph = read_graph(model)
    with pytest.raises(RuntimeError):
        graph.compute(torch.randn(1, 3, 28, 28))
    assert hooks_of(model) == 0

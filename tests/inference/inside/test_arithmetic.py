"""The number-by-number sum is the network's own value, for every kind of step of every network."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from cnnplay.inference.inside.arithmetic import explain
from cnnplay.inference.inside.graph import SOFTMAX, Graph, read_graph
from cnnplay.inference.inside.ledger import choose_decimals, print_number, write_ledger
from cnnplay.models.registry import ACTIVATIONS, MODELS, build
from cnnplay.models.residual import VARIANTS, DigitResidualNet

N_PIXELS = 1000
ROUNDING = 1e-6
"""Of the sum of absolute products: float32 keeps 6e-8 of each number, and the errors of thousands of additions, in
whatever order, grow with the root of their number. The worst of 8,928 random values was 1.5e-7."""
TEMPERATURE = 1.3
Values = Mapping[str, Tensor]


def look_into(model: nn.Module, shape: tuple[int, int, int]) -> tuple[Graph, Values]:
    torch.manual_seed(1)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):  # an untrained one would only divide by 1.000005
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    graph = read_graph(model.eval())
    with torch.inference_mode():
        values = graph.compute(torch.randn(1, *shape).contiguous(memory_format=torch.channels_last))
        values[SOFTMAX] = (values[graph.output] / TEMPERATURE).softmax(1)
    return graph, {name: value[0].contiguous() for name, value in values.items()}


@cache
def registered(key: str) -> tuple[Graph, Values]:
    torch.manual_seed(0)
    return look_into(build(key), MODELS[key].input_shape)


def assert_explained(graph: Graph, values: Values, name: str, index: tuple[int, ...]) -> None:
    value = float(values[name][index])
    found = explain(graph, values, name, index, temperature=TEMPERATURE)
    assert found.is_complete, name
    assert found.total == pytest.approx(value, rel=0, abs=ROUNDING * found.magnitude), (name, index)
    ledger = write_ledger(found, value, most=8)
    decimals = ledger.decimals
    assert print_number(found.total, decimals) == print_number(value, decimals)
    printed = [*(part.amount for part in ledger.parts), ledger.rest, ledger.bias or 0.0, ledger.rounding]
    added = sum(float(print_number(each, decimals)) for each in printed)
    assert print_number(added, decimals) == print_number(ledger.total, decimals)
    for at in np.argwhere(found.inside)[:: max(1, found.operands.size // 8)]:
        place = found.places[tuple(at)]
        source = found.sources[at[0]] if len(found.sources) == len(found.operands) else found.sources[0]
        assert found.operands[tuple(at)] == values[source][tuple(place)], name


def random_index(shape: torch.Size, random: np.random.Generator) -> tuple[int, ...]:
    """Corners, where there is padding, are as likely as all the rest."""
    if len(shape) == 3 and random.random() < 0.5:
        return int(random.integers(shape[0])), *(int(random.choice([0, n - 1])) for n in shape[1:])
    return tuple(int(random.integers(n)) for n in shape)


def test_a_thousand_random_values_of_all_networks_are_explained() -> None:
    random = np.random.default_rng(5)
    steps = [(key, name) for key in MODELS for name in registered(key)[1] if name != "input"]
    chosen = [steps[i] for i in (*range(len(steps)), *random.integers(len(steps), size=max(0, N_PIXELS - len(steps))))]
    assert len(chosen) >= N_PIXELS
    for key, name in chosen:
        graph, values = registered(key)
        assert_explained(graph, values, name, random_index(values[name].shape, random))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_wiring_of_a_residual_block_is_explained(variant: str) -> None:
    graph, values = look_into(DigitResidualNet(variant), (1, 28, 28))
    random = np.random.default_rng(6)
    for name in values.keys() - {"input"}:
        assert_explained(graph, values, name, random_index(values[name].shape, random))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_is_explained(activation: str) -> None:
    graph, values = look_into(build("cnn6", activation=activation, dropout=0.3), (1, 28, 28))
    for at in range(0, 24, 3):
        assert_explained(graph, values, "relu1", (at % 6, at, at))


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2),
        nn.Conv2d(4, 4, (3, 5), dilation=2, padding="same", groups=4, bias=False),
        nn.Conv2d(4, 2, (1, 3), stride=(1, 2), padding=(0, 2)),
        nn.MaxPool2d(3, stride=2, padding=1, dilation=2),
        nn.MaxPool2d(2, ceil_mode=True),
        nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True),
        nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
        nn.AvgPool2d(2, divisor_override=3),
        nn.AdaptiveAvgPool2d((3, 4)),
        nn.AdaptiveMaxPool2d((5, None)),
        nn.BatchNorm2d(4, affine=False),
    ],
    ids=str,
)
def test_padding_stride_dilation_and_groups_are_counted_in(layer: nn.Module) -> None:
    model = nn.Sequential(layer, nn.Flatten(), nn.LazyLinear(3))
    with torch.no_grad():
        model(torch.randn(2, 4, 11, 13))
    torch.manual_seed(0)
    graph, values = read_graph(model.eval()), None
    with torch.inference_mode():
        values = {name: each[0] for name, each in graph.compute(torch.randn(1, 4, 11, 13)).items()}
        values[SOFTMAX] = values[graph.output].softmax(0)
    for index in np.ndindex(*values["0"].shape):
        if sum(index) % 3 == 0:
            assert_explained(graph, values, "0", index)


def test_the_numbers_of_a_convolution_are_its_patch_and_its_kernel() -> None:
    graph, values = registered("scribe")
    found = explain(graph, values, "conv1.conv", (3, 0, 27))
    assert found.operands.shape == found.weights.shape == (1, 5, 5)
    assert found.sources == ("input",)
    assert found.bias is None
    assert not found.inside[0, 0].any()
    assert found.inside[0, 2:, :3].all()
    assert np.array_equal(found.weights, graph.model.get_submodule("conv1.conv").weight[3].detach().numpy())


def test_a_pooling_names_the_cell_that_won() -> None:
    graph, values = registered("cnn6")
    found = explain(graph, values, "pool1", (2, 3, 4))
    assert found.weights.sum() == 1
    winner = tuple(found.places[found.weights == 1][0])
    assert values["relu1"][winner] == values["pool1"][2, 3, 4]
    assert winner[1] // 2, winner[2] // 2 == (3, 4)


def test_what_is_put_together_says_where_it_comes_from() -> None:
    graph, values = registered("inception")
    found = explain(graph, values, "inception1.cat", (20, 1, 2))
    assert found.sources == ("inception1.branch5.1",)
    assert tuple(found.places[0]) == (4, 1, 2)


def test_an_operation_that_is_not_known_is_told_as_it_is() -> None:
    graph, values = look_into(nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="reflect")), (1, 8, 8))
    found = explain(graph, values, "0", (1, 2, 3))
    assert not found.is_complete
    assert found.total == float(values["0"][1, 2, 3])


def test_a_network_that_has_gone_astray_can_be_looked_at() -> None:
    graph, values = registered("cnn6")
    broken = {name: torch.full_like(value, torch.nan) for name, value in values.items()}
    for name in broken.keys() - {"input"}:
        index = (0,) * broken[name].ndim
        found = explain(graph, broken, name, index)
        write_ledger(found, float(broken[name][index]), most=3)
        assert choose_decimals(found, float("nan")) == 0

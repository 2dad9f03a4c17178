"""The field of a unit is where its gradient is not zero, for every network, at edges and in the middle."""

import pytest
import torch
from torch import Tensor, nn

from cnnplay.inference.inside.graph import INPUT, Graph, read_graph
from cnnplay.inference.inside.receptive_field import Field, Fields, read_fields
from cnnplay.models.registry import MODELS, build

KINDS = ("conv", "pool", "add", "multiply", "concat", "reshape")


def without_dead_ends(model: nn.Module) -> nn.Module:
    """Every value depends on all that it can: nothing is negative, and the largest of a window is its mean."""
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.MaxPool2d):
            model.set_submodule(name, nn.AvgPool2d(module.kernel_size, module.stride, module.padding))
        elif isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.data.uniform_(0.5, 1.5).div_(module.weight[0].numel())
            if module.bias is not None:
                module.bias.data.uniform_(0.1, 0.2)
    return model.double().eval()


def all_fields(graph: Graph, values: dict[str, Tensor]) -> dict[str, Fields]:
    return read_fields(graph, {name: tuple(value.shape[1:]) for name, value in values.items()})


def box_of(gradient: Tensor) -> list[tuple[int, int]]:
    """First and last row, and first and last column, with a gradient: (C, H, W) to two pairs."""
    seen = (gradient != 0).any(0)
    return [(int(at.min()), int(at.max())) for at in (seen.any(1).nonzero(), seen.any(0).nonzero())]


@pytest.mark.parametrize("key", MODELS)
def test_the_field_is_where_the_gradient_is(key: str) -> None:
    torch.manual_seed(0)
    model = without_dead_ends(build(key))
    graph = read_graph(model)
    x = (0.5 + torch.rand(4, *MODELS[key].input_shape).double()).requires_grad_()
    values = graph.compute(x)
    fields = all_fields(graph, values)
    for name, value in values.items():
        if value.ndim != 4 or name == INPUT or graph.step(name).kind not in KINDS:
            continue
        height, width = value.shape[2:]
        units = [(0, 0), (height - 1, width // 2), (height // 2, width - 1), (height // 2, width // 3)]
        total = sum(value[i, :, row, column].sum() for i, (row, column) in enumerate(units))
        assert isinstance(total, Tensor)
        gradients = torch.autograd.grad(total, x, retain_graph=True)[0]
        rows, columns = fields[name]
        for gradient, (row, column) in zip(gradients, units, strict=True):
            assert box_of(gradient) == [rows.pixels_of(row), columns.pixels_of(column)], (name, row, column)
    assert all(field.is_whole for field in fields[graph.output])


def test_the_first_field_begins_in_the_padding() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 1, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(1, 1, 3, stride=2, padding=2, dilation=2)
    )
    graph = read_graph(model.eval())
    rows, columns = all_fields(graph, graph.compute(torch.zeros(1, 1, 12, 10)))["2"]
    assert rows == Field(size=12, jump=4, first=-5, n_units=3, n_pixels=12)
    assert columns == Field(size=12, jump=4, first=-5, n_units=3, n_pixels=10)
    assert rows.centre == 0.5
    assert rows.pixels_of(0) == (0, 6)
    assert rows.pixels_of(1) == (0, 10)


def test_a_dense_layer_and_a_mean_over_everything_see_what_their_units_see() -> None:
    graph = read_graph(build("resnet").eval())
    fields = all_fields(graph, graph.compute(torch.zeros(1, 3, 32, 32)))
    assert fields[INPUT] == (Field(1, 1, 0, 32, 32),) * 2
    assert fields["average"][0].is_whole
    assert fields["block2_1.getitem"][0].jump == 2
    dense = read_graph(build("fc2").eval())
    assert all(f.is_whole for f in all_fields(dense, dense.compute(torch.zeros(1, 1, 28, 28)))["fc1"])


def test_a_shuffled_picture_is_seen_from_as_far_as_its_pixels_move() -> None:
    graph = read_graph(build("cnn6", shuffle_px=3).eval())
    fields = all_fields(graph, graph.compute(torch.zeros(1, 1, 28, 28)))
    assert fields["conv1"][0].size == 5 + 2 * 3

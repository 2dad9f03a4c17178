"""The picture of an architecture shows every operation once, and nothing lies on top of anything else."""

import pytest
import torch

from cnnplay.inference.inside.architecture import Cell, Group, draw_architecture
from cnnplay.inference.inside.graph import SOFTMAX, read_graph
from cnnplay.models.registry import MODELS, build


def groups_of(key: str, **options: object) -> tuple[Group, ...]:
    graph = read_graph(build(key, **options).eval())
    with torch.inference_mode():
        values = graph.compute(torch.zeros(1, *MODELS[key].input_shape))
    shapes = {name: tuple(value.shape[1:]) for name, value in values.items()}
    groups = draw_architecture(graph, shapes | {SOFTMAX: shapes[graph.output]})
    assert [cell.name for group in groups for cell in group.cells] == [*(step.name for step in graph.steps), SOFTMAX]
    return groups


def overlap(one: Cell, other: Cell) -> bool:
    apart = (one.height + other.height) / 2
    return one.x < other.end and other.x < one.end and abs(one.y - other.y) < apart


@pytest.mark.parametrize("key", MODELS)
def test_no_two_blocks_lie_on_each_other(key: str) -> None:
    for group in groups_of(key):
        for i, cell in enumerate(group.cells):
            assert 0 <= cell.x < cell.end <= group.width
            assert -group.up <= cell.y - cell.height / 2 <= cell.y + cell.height / 2 <= group.down
            assert not any(overlap(cell, other) for other in group.cells[i + 1 :])


def test_branches_lie_side_by_side_and_a_shortcut_goes_over_its_block() -> None:
    inception = next(group for group in groups_of("inception") if group.name == "inception1")
    assert len({cell.y for cell in inception.cells if cell.kind != "concat"}) == 4
    assert inception.cells[-1].y == 0
    assert inception.cells[-1].shares == pytest.approx((16 / 88, 24 / 88, 24 / 88, 24 / 88))
    block = next(group for group in groups_of("residual") if group.name == "block1")
    assert {cell.y for cell in block.cells} == {0}
    assert [line.over is not None for line in block.lines].count(True) == 1
    assert all(line.over is None for group in groups_of("vgg") for line in group.lines)


def test_slices_stay_with_their_layer() -> None:
    names = [group.name for group in groups_of("cnn6")]
    assert names == ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2", SOFTMAX]
    assert [cell.name for cell in groups_of("cnn6")[3].cells] == ["pool2", "flatten"]
    assert [group.name for group in groups_of("inception")][-4:] == ["inception2", "flatten", "fc", SOFTMAX]


@pytest.mark.parametrize("variant", ["exclusive_gating", "shortcut_only_gating", "conv_shortcut", "constant_scaling"])
def test_every_wiring_can_be_drawn(variant: str) -> None:
    for group in groups_of("resnet", variant=variant):
        assert not any(overlap(a, b) for i, a in enumerate(group.cells) for b in group.cells[i + 1 :])

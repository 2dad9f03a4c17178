"""A copy with a probe does the same as the network, and its maps are read where the next layer takes them."""

import pytest
import torch
from torch import nn

from cnnplay.inference.inside.graph import read_graph
from cnnplay.inference.inside.probe import PROBE, convolutions, copy_with_probe, follow, private_copy, usual_convolution
from cnnplay.models.registry import build
from cnnplay.models.residual import VARIANTS, DigitResidualNet


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_step_of_every_wiring_can_be_probed(variant: str) -> None:
    model = DigitResidualNet(variant).eval()
    graph, x = read_graph(model), torch.randn(1, 1, 28, 28)
    values = graph.compute(x)
    for step in graph.steps:
        copied, probe = copy_with_probe(graph, step.name)
        seen: list[torch.Tensor] = []
        probe.register_forward_hook(lambda module, given, out, seen=seen: seen.append(out))
        assert torch.equal(copied(x), values[graph.output])
        assert len(seen) == 1
        assert torch.equal(seen[0], values[step.name])
    assert PROBE not in dict(model.named_children())


def test_a_copy_writes_over_nothing_and_wants_no_gradients() -> None:
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(inplace=True)).train()
    copied = private_copy(model)
    assert not copied[1].inplace
    assert not copied.training
    assert not any(p.requires_grad for p in copied.parameters())
    assert model[1].inplace
    assert model.training
    assert all(p.requires_grad for p in model.parameters())


@pytest.mark.parametrize(
    ("key", "convolution", "place"),
    [
        ("cnn6", "conv1", "relu1"),
        ("residual", "block1.conv2", "block1.relu:2"),
        ("residual", "block1.conv1", "block1.relu"),
        ("inception", "inception2.branch_pool.1", "inception2.cat"),
        ("vgg", "conv1_1.conv", "conv1_1.relu"),
    ],
)
def test_maps_are_read_after_what_belongs_to_them(key: str, convolution: str, place: str) -> None:
    assert follow(read_graph(build(key).eval()), convolution) == place


def test_the_usual_convolution_is_the_last_with_maps_that_still_show_places() -> None:
    graph = read_graph(build("vgg").eval())
    values = graph.compute(torch.zeros(1, 3, 32, 32))
    usual = usual_convolution(graph, values)
    assert usual == "conv4_2.conv"
    assert convolutions(graph)[-1] == "conv5_2.conv"
    dense = read_graph(build("fc2").eval())
    assert usual_convolution(dense, dense.compute(torch.zeros(1, 1, 28, 28))) is None

"""Sizes and costs of the parts of a network add up to those of the whole."""

from math import prod

import pytest
import torch
from torch import nn

from cnnplay.inference.inside.graph import read_graph
from cnnplay.inference.inside.structure import Branch, Structure, read_structure, shapes_of, time_steps
from cnnplay.models.arithmetic import count_macs, count_parameters
from cnnplay.models.card import is_shipped, read_card, shipped_files
from cnnplay.models.registry import MODELS, build


def structure_of(key: str) -> tuple[Structure, nn.Module]:
    model = build(key).eval()
    graph = read_graph(model)
    with torch.inference_mode():
        values = graph.compute(torch.zeros(1, *MODELS[key].input_shape))
    return read_structure(graph, shapes_of({name: value[0] for name, value in values.items()})), model


def paths(branches: tuple[Branch, ...]) -> set[str]:
    return {path for branch in branches for path in ({branch.path} | paths(branch.children))}


@pytest.mark.parametrize("key", MODELS)
def test_the_steps_add_up_to_the_network_and_its_card(key: str) -> None:
    structure, model = structure_of(key)
    assert structure.n_params == count_parameters(model)
    assert structure.macs == count_macs(model, MODELS[key].input_shape)
    if is_shipped(key):
        card = read_card(shipped_files(key).card)
        assert (structure.n_params, structure.macs) == (card.n_params, card.macs)
    assert paths(structure.children) >= {name for name, _ in model.named_modules() if name}
    assert [facts.step.name for branch in structure.children for facts in branch.all_facts()] == list(structure.steps)


def test_a_layer_has_the_figures_of_the_textbook() -> None:
    structure, _ = structure_of("cnn16_32")
    conv = structure.steps["conv2"]
    assert conv.shape == (32, 14, 14)
    assert conv.n_params == 32 * (16 * 5 * 5 + 1)
    assert conv.macs == prod((32, 14, 14)) * 16 * 5 * 5
    assert [(field.size, field.jump) for field in conv.fields] == [(14, 2)] * 2
    assert structure.steps["relu2"].n_params == structure.steps["pool2"].macs == 0


def test_every_step_is_timed() -> None:
    graph = read_graph(build("residual").eval())
    times = time_steps(graph, torch.zeros(1, 1, 28, 28), n_timed=3)
    assert list(times) == [step.name for step in graph.steps]
    assert all(0 < time_ms < 1000 for time_ms in times.values())

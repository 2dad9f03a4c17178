"""What is printed about cutting a network runs as it is printed, and gives what the network gives there."""

from pathlib import Path

import pytest
import torch

from cnnplay.inference.inside.cut import count_children, write_cut
from cnnplay.inference.inside.graph import SOFTMAX, read_graph
from cnnplay.inference.predictor import load_predictor
from cnnplay.models.card import shipped_files
from cnnplay.models.forward import normaliser

CASES = {
    "scribe": ("conv1.conv", "conv1.relu", "block1.conv2", "block1.add", "block1.relu", "block1.relu:2", "fc", SOFTMAX),
    "speedrun": ("group2.bn2", "group2.gelu2", "scale"),
    "fc2": ("flatten", "fc2"),
}


@pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in CASES.items() for name in names])
def test_the_lines_run_as_they_are_printed(key: str, name: str) -> None:
    predictor = load_predictor(key)
    graph = read_graph(predictor.model)
    kept: dict[str, torch.Tensor] = {}
    exec(write_cut(graph, name, source=key, input_shape=predictor.spec.input_shape), kept)
    x = normaliser(predictor.spec)(torch.zeros(1, *predictor.spec.input_shape, dtype=torch.uint8))
    with torch.inference_mode():
        values = graph.compute(x)
    values[SOFTMAX] = (values[graph.output] / predictor.temperature).softmax(1)
    assert torch.allclose(kept["features"], values[name], atol=1e-6)
    assert not any(module._forward_hooks for module in kept["model"].modules())  # type: ignore[attr-defined]


def test_a_file_of_weights_can_be_cut_as_well() -> None:
    graph = read_graph(load_predictor("cnn6").model)
    code = write_cut(graph, "pool1", source=Path(shipped_files("cnn6").weights), input_shape=(1, 28, 28))
    kept: dict[str, torch.Tensor] = {}
    exec(code, kept)
    assert kept["features"].shape == (1, 6, 12, 12)


def test_only_the_end_of_a_child_is_a_place_between_children() -> None:
    graph = read_graph(load_predictor("scribe").model)
    assert count_children(graph, "conv1.relu") == 1
    assert count_children(graph, "block1.relu:2") == 3
    assert count_children(graph, "conv1.conv") is None
    assert count_children(graph, "fc") == 10

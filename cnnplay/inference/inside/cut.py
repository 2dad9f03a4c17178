"""A network cut after one of its steps: the first part, which turns pictures into features, as lines of PyTorch."""

import json
from pathlib import Path

from torch import nn

from cnnplay.inference.inside.graph import SOFTMAX, Graph

_HEAD = """import torch
from cnnplay.inference.predictor import load_predictor
from cnnplay.models.forward import normaliser

predictor = load_predictor({source})
model = predictor.model
pictures = torch.zeros(1, {shape}, dtype=torch.uint8)  # yours, from 0 to 255
x = normaliser(predictor.spec)(pictures)

"""
_WHOLE = """with torch.no_grad():
    features = (model(x) / predictor.temperature).softmax(1)
"""
_FIRST_CHILDREN = """# from {first} to {last}
extractor = torch.nn.Sequential(*list(model.children())[:{n}])
with torch.no_grad():
    features = extractor(x)
"""
_ONE_MODULE = """kept = []
layer = model.get_submodule("{path}")
handle = layer.register_forward_hook(lambda layer, x, y: kept.append(y))
with torch.no_grad():
    model(x)
handle.remove()
features = kept[0]
"""
_ONE_OPERATION = """from cnnplay.inference.inside.graph import read_graph

with torch.no_grad():
    features = read_graph(model).compute(x)["{name}"]
"""


def count_children(graph: Graph, name: str) -> int | None:
    """How many of the network's first children, one after the other, end with this step; None where it is within one.

    Args:
        graph: of the network.
        name: of the step.
    """
    if not isinstance(graph.model, nn.Sequential):
        return None
    heads = [step.path.partition(".")[0] for step in graph.steps]
    at = [step.name for step in graph.steps].index(name)
    if at + 1 < len(heads) and heads[at + 1] == heads[at]:
        return None
    return [child for child, _ in graph.model.named_children()].index(heads[at]) + 1


def write_cut(graph: Graph, name: str, *, source: str | Path, input_shape: tuple[int, int, int]) -> str:
    """Python that computes `features`, what the step gives for a batch of pictures; it runs as it is.

    Args:
        graph: of the network.
        name: of the step, or `SOFTMAX`.
        source: registry key of the network, or the path of its weights.
        input_shape: (C, H, W).
    """
    text = source if isinstance(source, str) else str(source)
    head = _HEAD.format(source=json.dumps(text), shape=", ".join(map(str, input_shape)))
    if name == SOFTMAX:
        return head + _WHOLE
    children = [child for child, _ in graph.model.named_children()]
    if n := count_children(graph, name):
        return head + _FIRST_CHILDREN.format(n=n, first=children[0], last=children[n - 1])
    step = graph.step(name)
    uses = [each.name for each in graph.steps if each.path == step.path]
    if graph.module(name) is not None and len(uses) == 1:
        return head + _ONE_MODULE.format(path=step.path)
    return head + _ONE_OPERATION.format(name=name)

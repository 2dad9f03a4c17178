"""What a network is made of: for every operation its size, its cost and what it sees, and the tree of its modules."""

import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.utils.flop_counter import addmm_flop, conv_flop_count

from cnnplay.inference.inside.graph import INPUT, SOFTMAX, Graph, Step
from cnnplay.inference.inside.receptive_field import Fields, read_fields

N_TIMED, N_WARM_UP = 15, 3
"""Passes through the network of which the median is taken, and those before them that do not count."""


@dataclass(frozen=True)
class StepFacts:
    """One operation.

    Attributes:
        step: which one.
        shape: of what it gives, (C, H, W) or (K,).
        n_params: its module's own weights and biases; of a module that is used twice, at the first time.
        macs: multiply-accumulates for one picture, as `models.arithmetic.count_macs` has them.
        fields: along the rows and the columns of the picture.
    """

    step: Step
    shape: tuple[int, ...]
    n_params: int
    macs: int
    fields: Fields


@dataclass(frozen=True)
class Branch:
    """A module in the tree of a network, or an operation that belongs to one.

    Attributes:
        name: its last part, as in `named_children`.
        path: the whole, as in `named_modules`; of an operation the name of its step.
        what: the module's class, or the kind of the operation.
        facts: of the operation; None where there are several in it, or none.
        children: below it, in order of computation; those that do nothing come last.
    """

    name: str
    path: str
    what: str
    facts: StepFacts | None = None
    children: "tuple[Branch, ...]" = ()

    def all_facts(self) -> Iterator[StepFacts]:
        """Of all operations in it, from the first to the last."""
        if self.facts:
            yield self.facts
        for child in self.children:
            yield from child.all_facts()


@dataclass(frozen=True, eq=False)
class Structure:
    """A network's operations and modules.

    Attributes:
        steps: facts of each operation by its name, in order of computation.
        children: the tree's first level.
        n_params: of the whole network.
        macs: of the whole network, for one picture.
    """

    steps: Mapping[str, StepFacts]
    children: tuple[Branch, ...]
    n_params: int
    macs: int


def read_structure(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> Structure:
    """All that can be told of a network without measuring.

    Args:
        graph: of the network.
        shapes: of what every step gives, without the batch, by its name, `INPUT` included.
    """
    fields = read_fields(graph, shapes)
    counted: set[int] = set()
    steps: dict[str, StepFacts] = {}
    for step in graph.steps:
        module = graph.module(step.name)
        new = [p for p in (module.parameters() if module else ()) if id(p) not in counted]
        counted.update(map(id, new))
        macs = count_step_macs(module, shapes[step.inputs[0]], shapes[step.name])
        steps[step.name] = StepFacts(step, shapes[step.name], sum(p.numel() for p in new), macs, fields[step.name])
    tree = _grow(graph.model, steps)
    totals = sum(each.n_params for each in steps.values()), sum(each.macs for each in steps.values())
    return Structure(steps, tree, *totals)


def count_step_macs(module: nn.Module | None, shape_in: tuple[int, ...], shape_out: tuple[int, ...]) -> int:
    """Half of what `torch.utils.flop_counter` counts for a convolution or a dense layer; it counts nothing else here.

    Args:
        module: that does the step, if one does.
        shape_in: without the batch.
        shape_out: without the batch.
    """
    if isinstance(module, nn.Conv2d):
        return int(conv_flop_count([1, *shape_in], list(module.weight.shape), [1, *shape_out])) // 2
    if isinstance(module, nn.Linear):
        weight = (module.in_features, module.out_features)
        return int(addmm_flop(None, (1, module.in_features), weight)) // 2
    return 0


@dataclass
class _Bud:
    """A branch while it grows."""

    module: nn.Module | None
    facts: StepFacts | None = None
    children: "dict[str, _Bud]" = field(default_factory=dict)

    def ripen(self, name: str, path: str) -> Branch:
        what = type(self.module).__name__ if self.module is not None else self.facts.step.kind if self.facts else ""
        children = tuple(bud.ripen(key, f"{path}.{key}" if path else key) for key, bud in self.children.items())
        return Branch(name, self.facts.step.name if self.facts else path, what, self.facts, children)


def _grow(model: nn.Module, steps: Mapping[str, StepFacts]) -> tuple[Branch, ...]:
    root = _Bud(model)
    modules = dict(model.named_modules())
    for name, facts in steps.items():
        bud, path = root, ""
        *way, last = name.split(".")
        for part in way:
            path = f"{path}.{part}" if path else part
            bud = bud.children.setdefault(part, _Bud(modules.get(path)))
        bud.children[last] = _Bud(modules.get(name.partition(":")[0]), facts)
    for path, module in modules.items():  # those that change nothing have no step
        bud = root
        for part in path.split(".") if path else ():
            bud = bud.children.setdefault(part, _Bud(module))
    return root.ripen("", "").children


def time_steps(graph: Graph, x: Tensor, *, n_timed: int = N_TIMED) -> dict[str, float]:
    """Milliseconds of each step, the median of several passes, on as many threads as PyTorch is set to.

    Args:
        graph: of the network, on the device of `x`.
        x: (N, C, H, W) float32, normalised.
        n_timed: passes that count.
    """
    passes = []
    with torch.inference_mode():
        for _ in range(N_WARM_UP + n_timed):
            clock = _Clock(graph)
            clock.run(x)
            passes.append(clock.times)
    names = [step.name for step in graph.steps]
    return {name: 1e3 * statistics.median(each[name] for each in passes[N_WARM_UP:]) for name in names}


class _Clock(fx.Interpreter):
    def __init__(self, graph: Graph) -> None:
        super().__init__(graph.model, garbage_collect_values=False, graph=graph._traced)
        self.names = graph._nodes
        self.times: dict[str, float] = {}

    def run_node(self, n: fx.Node) -> Any:
        began = time.perf_counter()
        result = super().run_node(n)
        name = self.names.get(n.name, INPUT)
        self.times.setdefault(name, time.perf_counter() - began)  # what comes later under a name changes nothing
        return result


def shapes_of(values: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shapes of what the steps give, by their names, from the values for one picture; without the softmax."""
    return {name: tuple(value.shape) for name, value in values.items() if name != SOFTMAX}

"""A network as its operations in order of computation, read from the module itself, and the value of each.

No hook is set and the network is not changed: the operations are traced once (torch.fx, Reed et al. 2022,
arXiv:2112.08429) and then carried out one by one, so that any number of visitors can look into the same network.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from torch import Tensor, fx, nn

from cnnplay.models.surgery import ACTIVATION_MODULES, PixelShuffle

Kind = Literal[
    "conv",
    "linear",
    "norm",
    "activation",
    "pool",
    "add",
    "multiply",
    "concat",
    "reshape",
    "dropout",
    "softmax",
    "other",
]
INPUT = "input"
"""Name of the network's input, the normalised picture."""
SOFTMAX = "softmax"
"""Name of the last step, which is no module: logits divided by the temperature become probabilities."""
_MODULE_KINDS: tuple[tuple[tuple[type[nn.Module], ...], Kind], ...] = (
    ((nn.Conv2d,), "conv"),
    ((nn.Linear,), "linear"),
    ((nn.modules.batchnorm._BatchNorm,), "norm"),
    (tuple(ACTIVATION_MODULES.values()), "activation"),
    ((nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d), "pool"),
    ((nn.Flatten, PixelShuffle), "reshape"),
    ((nn.Dropout, nn.Dropout2d), "dropout"),
)
_FUNCTION_KINDS: dict[str, Kind] = {
    "add": "add",
    "mul": "multiply",
    "cat": "concat",
    "sigmoid": "activation",
    "relu": "activation",
    "flatten": "reshape",
    "getitem": "reshape",
    "pad": "reshape",
    "dropout": "dropout",
}


@dataclass(frozen=True)
class Step:
    """One operation of a network.

    Attributes:
        name: unique in the network: the module's path, as in `named_modules`, followed by ":2" where it is used for the
            second time; of an operation without a module, the path of the module that does it and what it does, as in
            "block1.add".
        path: of the module that does it, or that the operation belongs to; "" is the network itself.
        kind: what it does, roughly.
        text: as PyTorch writes it.
        inputs: names of the steps that it takes from; `INPUT` is the picture.
    """

    name: str
    path: str
    kind: Kind
    text: str
    inputs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """The operations of a network in order of computation; those that change nothing (`nn.Identity`) are left out.

    Attributes:
        model: the network; it is shared and never changed.
        steps: from the first to the logits. `SOFTMAX`, which follows them, is not among them.
    """

    model: nn.Module
    steps: tuple[Step, ...]
    _traced: fx.Graph = field(repr=False)
    _nodes: dict[str, str] = field(repr=False)

    @property
    def output(self) -> str:
        """Name of the step that gives the logits."""
        return self._nodes["output"]

    def step(self, name: str) -> Step:
        """The step of this name.

        Raises:
            KeyError: there is none.
        """
        for each in self.steps:
            if each.name == name:
                return each
        raise KeyError(name)

    def module(self, name: str) -> nn.Module | None:
        """The module that does a step; None where no module does it by itself."""
        step = self.step(name)
        found = self.model.get_submodule(step.path)
        return found if _is_leaf(found) else None

    def arguments(self, name: str) -> tuple[Any, ...]:
        """What a step's operation is called with: the names of steps where it takes their values, else constants.

        Raises:
            KeyError: there is no such step.
        """
        for node in self._traced.nodes:
            if self._nodes.get(node.name) == name:
                found: tuple[Any, ...] = fx.node.map_arg(node.args, lambda each: self._nodes.get(each.name))
                return found
        raise KeyError(name)

    def compute(self, x: Tensor, *, replace: dict[str, Tensor] | None = None) -> dict[str, Tensor]:
        """What every step gives, by its name, and `INPUT` itself; gradients flow where the caller lets them.

        Args:
            x: (N, C, H, W) float32 as the network takes it, normalised.
            replace: what to go on with instead of what these steps give.

        Raises:
            RuntimeError: of PyTorch, where the picture does not fit.
        """
        runner = _Recorder(self, replace or {})
        runner.run(x)
        return {INPUT: x, **runner.values}


class _Recorder(fx.Interpreter):
    def __init__(self, graph: Graph, replace: dict[str, Tensor]) -> None:
        super().__init__(graph.model, garbage_collect_values=False, graph=graph._traced)
        self.names, self.replace = graph._nodes, replace
        self.values: dict[str, Tensor] = {}

    def run_node(self, n: fx.Node) -> Any:
        name = self.names.get(n.name, INPUT)
        if n.op == "output" or name == INPUT or name in self.values:  # the last is an identity of a step that is done
            return super().run_node(n)
        self.values[name] = self.replace[name] if name in self.replace else super().run_node(n)
        return self.values[name]


class _Tracer(fx.Tracer):
    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:  # noqa: ARG002 - as fx calls it
        return _is_leaf(m)


def _is_leaf(module: nn.Module) -> bool:
    return type(module).forward is not nn.Sequential.forward and not any(True for _ in module.children())


def read_graph(model: nn.Module) -> Graph:
    """Traces a network.

    Args:
        model: in evaluation mode; what it does may not depend on the values of its input.
    """
    traced = _Tracer().trace(model)
    steps: list[Step] = []
    names: dict[str, str] = {}
    used: Counter[str] = Counter()
    for node in traced.nodes:
        if node.op == "placeholder":
            names[node.name] = INPUT
            continue
        inputs = tuple(dict.fromkeys(names[each.name] for each in node.all_input_nodes if each.name in names))
        if node.op == "output":
            names["output"] = inputs[0]
            continue
        if node.op == "get_attr":
            continue
        module = model.get_submodule(str(node.target)) if node.op == "call_module" else None
        if isinstance(module, nn.Identity):
            names[node.name] = inputs[0]
            continue
        step = _read_step(node, module, inputs)
        used[step.name] += 1
        name = step.name if used[step.name] == 1 else f"{step.name}:{used[step.name]}"
        names[node.name] = name
        steps.append(Step(name, step.path, step.kind, step.text, inputs))
    return Graph(model, tuple(steps), traced, names)


def _read_step(node: fx.Node, module: nn.Module | None, inputs: tuple[str, ...]) -> Step:
    if module is not None:
        path = str(node.target)
        kind: Kind = next((kind for types, kind in _MODULE_KINDS if isinstance(module, types)), "other")
        return Step(path, path, kind, str(module), inputs)
    word = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
    owner = list((node.meta.get("nn_module_stack") or {}).values())
    path = str(owner[-1][0]) if owner else ""
    kind = _FUNCTION_KINDS.get(word, "other")
    return Step(f"{path}.{word}" if path else word, path, kind, word, inputs)

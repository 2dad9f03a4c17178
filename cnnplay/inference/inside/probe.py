"""A network of one's own with a place where a library may set hooks; the shared network is never touched."""

from collections.abc import Mapping
from copy import deepcopy

from torch import Tensor, fx, nn

from cnnplay.inference.inside.graph import Graph

FOLLOWED = ("norm", "activation", "add", "multiply", "concat", "dropout")
"""What belongs to a convolution's maps before the next layer takes them; none of these changes their size."""
MIN_MAP_PX = 4
"""Smaller maps say nothing about places any more."""
PROBE = "probe"


def private_copy(model: nn.Module) -> nn.Module:
    """The same network in evaluation mode, nobody else's, whose weights ask for no gradient.

    Activations write nothing over what came in, so that the values in between stay what they were.
    """
    copied = deepcopy(model).eval().requires_grad_(requires_grad=False)
    for module in copied.modules():
        if "inplace" in vars(module):
            vars(module)["inplace"] = False
    return copied


def copy_with_probe(graph: Graph, name: str) -> tuple[nn.Module, nn.Module]:
    """A copy that does the same, and in it an identity through which the values of one step pass, and only these.

    A hook on the step's own module would not do: a module may be used twice, and an addition has none.

    Args:
        graph: of the network.
        name: of the step.

    Returns:
        The copy and the identity.
    """
    root = private_copy(graph.model)
    root.add_module(PROBE, nn.Identity())
    copied, places = fx.Graph(), dict[fx.Node, fx.Node]()
    copied.output(copied.graph_copy(graph._traced, places))
    place = next(new for old, new in places.items() if graph._nodes.get(old.name) == name)
    with copied.inserting_after(place):
        probe = copied.call_module(PROBE, (place,))
    place.replace_all_uses_with(probe, delete_user_cb=lambda user: user is not probe)
    module = fx.GraphModule(root, copied).eval()
    return module, module.get_submodule(PROBE)


def convolutions(graph: Graph) -> tuple[str, ...]:
    """Names of all convolutions, from the first to the last."""
    return tuple(step.name for step in graph.steps if step.kind == "conv")


def follow(graph: Graph, name: str) -> str:
    """Where the maps of a convolution are read: after what normalises, activates, adds or joins them.

    That is the last step before the maps go two ways, or into a layer that looks at them anew.
    """
    while True:
        takers = [step for step in graph.steps if name in step.inputs]
        if len(takers) != 1 or takers[0].kind not in FOLLOWED:
            return name
        name = takers[0].name


def usual_convolution(graph: Graph, values: Mapping[str, Tensor]) -> str | None:
    """The last convolution whose maps are still `MIN_MAP_PX` high and wide; None where a network has none.

    Args:
        graph: of the network.
        values: what every step gives, (..., H, W).
    """
    names = convolutions(graph)
    large = [name for name in names if min(values[name].shape[-2:]) >= MIN_MAP_PX]
    return next(reversed(large or names), None)

"""What a step does to this picture, in a sentence or two with its own numbers."""

from collections.abc import Sequence

from torch import Tensor, nn

from cnnplay.inference.inside.explanation import Values
from cnnplay.inference.inside.graph import INPUT, SOFTMAX, Graph, Step
from cnnplay.models.airbench import Scale
from cnnplay.words import count, listing, percent


def describe_step(graph: Graph, values: Values, name: str, *, temperature: float = 1.0) -> str:
    """What happens there, for people who have read one chapter.

    Args:
        graph: of the network.
        values: of every step, without the batch, by name.
        name: of a step, or `SOFTMAX`.
        temperature: by which the logits are divided before the softmax.

    Raises:
        KeyError: there is no such step.
    """
    if name == SOFTMAX:
        return _say_softmax(len(values[SOFTMAX]), temperature)
    step, module = graph.step(name), graph.module(name)
    before, after = values[step.inputs[0]], values[name]
    match step.kind:
        case "conv" if isinstance(module, nn.Conv2d):
            return _say_convolution(module, step, before, after)
        case "linear" if isinstance(module, nn.Linear):
            bias = ", plus a bias" if "bias" in dict(module.named_parameters()) else ""
            return (
                f"Each of the {count(len(after))} values is the sum of all {count(len(before))} inputs, each times a "
                f"weight of its own{bias}."
            )
        case "norm":
            return (
                f"Each of the {len(after)} maps is shifted and stretched by four numbers of its own. "
                f"{_ranges(before, after)}"
            )
        case "activation":
            return _say_activation(step, module, before, after)
        case "pool":
            return _say_pooling(module, before, after)
        case "dropout":
            left_out = percent(float(getattr(module, "p", 0)))
            return (
                f"In training {left_out} of the values are left out at random. When it answers, nothing happens here."
            )
    return _say_joined(graph, values, step, module)


def _say_joined(graph: Graph, values: Values, step: Step, module: nn.Module | None) -> str:
    before, after = values[step.inputs[0]], values[step.name]
    if isinstance(module, Scale):
        return f"Every value is multiplied by {module.factor:.4g}. {_ranges(before, after)}"
    if step.kind == "concat":
        sizes = [len(values[each]) for each in graph.arguments(step.name)[0]]
        total = f"{' + '.join(map(str, sizes))} = {len(after)}"
        return f"The maps of {len(sizes)} branches are put one behind the other: {total}."
    if step.kind == "reshape":
        return _say_reshape(step, before, after)
    names = [each for each in graph.arguments(step.name) if isinstance(each, str)] if module is None else []
    constant = next((each for each in graph.arguments(step.name) if isinstance(each, int | float)), None)
    if step.text == "add" and len(names) > 1:
        return f"What {listing(list(names))} give is added up, value by value."
    if step.text == "mul" and len(names) > 1:
        return f"What {listing(list(names))} give is multiplied, value by value."
    if step.text == "mul" and constant is not None:
        return f"Every value is multiplied by {constant:g}."
    if step.text == "sub" and constant is not None:
        return f"Every value x becomes {constant:g} - x."
    return f"PyTorch calls this {step.text}."


def _say_convolution(conv: nn.Conv2d, step: Step, before: Tensor, after: Tensor) -> str:
    n, size = conv.in_channels // conv.groups, _times(conv.kernel_size)
    bias = ", plus a bias" if conv.bias is not None else ""
    sources = "colours" if step.inputs == (INPUT,) else "input maps"
    one_each = f" for each of {n} {sources}" if n > 1 else ""
    n_products = conv.weight[0].numel()
    products = f"{size} x {n} = {count(n_products)}" if n > 1 else str(n_products)
    return (
        f"Each of the {len(after)} maps has its own {size} kernel{one_each}. A value is the sum of {products} "
        f"products{bias}.{_sizes(before, after)}"
    )


def _say_activation(step: Step, module: nn.Module | None, before: Tensor, after: Tensor) -> str:
    if isinstance(module, nn.ReLU):
        share = percent(float((before < 0).float().mean()))
        return f"What is below 0 becomes 0, the rest stays. Here it is {share} of the {count(before.numel())} values."
    name = type(module).__name__ if module is not None else step.text
    return f"Every value goes through the same curve, {name}. {_ranges(before, after)}"


def _say_pooling(module: nn.Module | None, before: Tensor, after: Tensor) -> str:
    is_mean = isinstance(module, nn.AvgPool2d | nn.AdaptiveAvgPool2d)
    if after.shape[1:].numel() == 1:
        return f"Each of the {len(after)} maps becomes one number, its {'mean' if is_mean else 'largest value'}."
    size = getattr(module, "kernel_size", None)
    window = f"{_times((size, size) if isinstance(size, int) else size)} square" if size is not None else "square"
    words = f"Every {window} becomes its mean." if is_mean else f"Of every {window} only the largest value stays."
    return f"{words}{_sizes(before, after)}"


def _say_reshape(step: Step, before: Tensor, after: Tensor) -> str:
    if after.ndim == 1:
        return f"The same {count(after.numel())} numbers, now in one row."
    if step.text == "pad":
        return f"{len(after) - len(before)} empty maps are added: {len(before)} become {len(after)}."
    if step.text == "getitem":
        return f"Only some rows and columns are kept.{_sizes(before, after)}"
    return "Every pixel moves to another place, in every picture to the same one."


def _say_softmax(n_classes: int, temperature: float) -> str:
    first = "" if temperature == 1 else f"The logits are divided by {temperature:.3g}, the network's temperature. "
    return f"{first}e to the power of each, divided by the sum of all {n_classes}: they become probabilities."


def _sizes(before: Tensor, after: Tensor) -> str:
    if before.shape[1:] == after.shape[1:]:
        return ""
    return f" {_times(before.shape[1:])} values become {_times(after.shape[1:])}."


def _ranges(before: Tensor, after: Tensor) -> str:
    (low, high), (new_low, new_high) = ((float(each.min()), float(each.max())) for each in (before, after))
    return f"Values from {low:.2f} to {high:.2f} now reach from {new_low:.2f} to {new_high:.2f}."


def _times(sizes: Sequence[int]) -> str:
    return " x ".join(map(str, sizes))

"""What a step does is said with its own numbers."""

import pytest
import torch

from cnnplay.inference.inside.graph import SOFTMAX, read_graph
from cnnplay.inference.inside.step_words import describe_step
from cnnplay.models.registry import build


def say(key: str, name: str, **options: object) -> str:
    graph = read_graph(build(key, **options).eval())
    size = 28 if key in {"scribe", "residual_scaled", "inception", "cnn6"} else 32
    with torch.inference_mode():
        values = graph.compute(torch.randn(1, 1 if size == 28 else 3, size, size))
    values[SOFTMAX] = values[graph.output]
    return describe_step(graph, {step: each[0] for step, each in values.items()}, name, temperature=1.25)


@pytest.mark.parametrize(
    ("key", "name", "said"),
    [
        ("cnn6", "conv1", "Each of the 6 maps has its own 5 x 5 kernel. A value is the sum of 25 products, plus a"),
        ("cnn6", "conv1", "28 x 28 values become 24 x 24."),
        ("vgg", "conv1_1.conv", "kernel for each of 3 colours. A value is the sum of 3 x 3 x 3 = 27 products."),
        ("cnn6", "pool1", "Of every 2 x 2 square only the largest value stays. 24 x 24 values become 12 x 12."),
        ("cnn6", "flatten", "The same 96 numbers, now in one row."),
        ("cnn6", "fc1", "Each of the 50 values is the sum of all 96 inputs"),
        ("cnn6", "softmax", "divided by 1.25, the network's temperature."),
        ("scribe", "average", "Each of the 64 maps becomes one number, its mean."),
        ("scribe", "block2.pad", "32 empty maps are added: 32 become 64."),
        ("scribe", "block1.add", "What pool1 and block1.bn2 give is added up, value by value."),
        ("scribe", "dropout", "In training 10.0 % of the values are left out at random."),
        ("residual_scaled", "block1.mul", "Every value is multiplied by 0.5."),
        ("inception", "inception1.cat", "The maps of 4 branches are put one behind the other: 16 + 24 + 24 + 24 = 88."),
        ("speedrun", "scale", "Every value is multiplied by 0.1111."),
        ("speedrun", "gelu", "Every value goes through the same curve, GELU."),
    ],
)  # fmt: skip
def test_a_step_is_told_with_its_numbers(key: str, name: str, said: str) -> None:
    assert said in say(key, name)


def test_shuffled_pixels_only_move() -> None:
    assert say("cnn6", "shuffle", shuffle_px=4).startswith("Every pixel moves to another place")

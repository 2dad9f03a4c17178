"""Schedules, parameter groups and lookahead, against their formulas."""

import pytest
import torch
from torch import nn

from cnnplay.models.registry import build
from cnnplay.training.config import TrainConfig
from cnnplay.training.optimisation import Lookahead, build_optimizer, learning_rate, set_learning_rate


def config(**values):
    return TrainConfig(**{"model": "fc2", "dataset": "mnist", **values})


def test_triangle_rises_to_its_peak_and_falls_to_its_end():
    c = config(lr=2.0, warmup=0.25, lr_start=0.2, lr_end=0.1)
    rates = [learning_rate(c, step, 100) for step in range(101)]
    assert rates[0] == pytest.approx(0.4)
    assert max(rates) == rates[25] == pytest.approx(2.0)
    assert rates[100] == pytest.approx(0.2)
    assert rates[:26] == sorted(rates[:26])
    assert rates[25:] == sorted(rates[25:], reverse=True)


def test_cosine_is_half_way_down_at_half_time_and_constant_is_constant():
    c = config(lr=1.0, schedule="cosine", warmup=0.0)
    assert learning_rate(c, 50, 100) == pytest.approx(0.5)
    assert {learning_rate(config(lr=0.3, schedule="constant"), step, 10) for step in range(10)} == {0.3}


def test_only_weights_decay_and_norm_biases_have_their_own_rate():
    model = build("resnet")
    c = config(lr=0.1, weight_decay=5e-4, norm_bias_lr=64.0)
    optimizer = build_optimizer(model, c)
    set_learning_rate(optimizer, 0.05)
    by_parameter = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    assert len(by_parameter) == sum(1 for _ in model.parameters())
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert by_parameter[id(module.bias)]["lr"] == pytest.approx(3.2)
            assert by_parameter[id(module.weight)]["weight_decay"] == 0
        elif isinstance(module, nn.Conv2d):
            assert by_parameter[id(module.weight)]["weight_decay"] == 5e-4
            assert by_parameter[id(module.weight)]["lr"] == pytest.approx(0.05)


def test_lookahead_averages_weights_and_ends_on_the_slow_ones():
    model = nn.Linear(2, 2, bias=False)
    start = model.weight.detach().clone()
    lookahead = Lookahead(model)
    with torch.no_grad():
        model.weight.add_(1.0)
    lookahead.update(0.5)
    share = 0.95**5 * 0.5**3
    torch.testing.assert_close(model.weight.detach(), share * start + (1 - share) * (start + 1))
    slow = model.weight.detach().clone()
    with torch.no_grad():
        model.weight.add_(5.0)
    lookahead.update(1.0)
    torch.testing.assert_close(model.weight.detach(), slow)

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple, get_args

import numpy as np
import pytest
from torch import Tensor

from cnnplay.runs.records import Metric
from cnnplay.training.config import TrainConfig
from cnnplay.training.doctor import History, examine
from cnnplay.training.doctor.history import Kind
from cnnplay.training.feed import Pictures
from cnnplay.training.loop import Trainer
from tests.training.ward import by_kind, digits, observe, plan

_STEADY: dict[str, Any] = {"schedule": "constant", "batch_size": 32, "epochs": 2}
_CNN: dict[str, Any] = {**_STEADY, "batch_size": 64, "optimizer": "sgd"}
_TANH, _SIGMOID = {"activation": "tanh"}, {"activation": "sigmoid"}
_N = 1600


class Case(NamedTuple):
    """A run that has a disease, what the doctor must call it, and the words and figures that must be there."""

    config: TrainConfig
    kind: Kind
    sentence: str
    evidence: str
    n: int = _N
    is_cured: bool = True


SICK = {
    "a rate at which numbers end": Case(
        plan(optimizer="sgd", lr=50, **_STEADY),
        "nan",
        "The loss stopped being a number by step",
        "then no number",
    ),
    "a rate at which the loss explodes": Case(
        plan(optimizer="sgd", lr=20, **{**_STEADY, "epochs": 0.1}),
        "exploding",
        "the learning rate of 20 is too high",
        "a network that is sure of nothing has 2.30",
    ),
    "a rate that throws the weights about": Case(
        plan(lr=0.3, **_STEADY), "lr_too_high", "the learning rate of 0.3 is too high", "times their first size"
    ),
    "the same for gradient descent": Case(
        plan(optimizer="nesterov", lr=0.3, **_STEADY), "lr_too_high", "the learning rate of 0.3 is too high", "2.30"
    ),
    "units that died of their steps": Case(
        plan(lr=0.05, **_STEADY), "dead_relu", "answer 0 to every picture", "at step 100; 0 %, 0 % at step 0"
    ),
    "tanh at its ends": Case(plan(lr=1, model_options=_TANH, **_STEADY), "saturated", "the ends of tanh", "of relu2"),
    "sigmoids in a row": Case(
        plan("cnn6", lr=0.05, model_options=_SIGMOID, **_CNN),
        "vanishing_gradients",
        "so that conv1 hardly learns",
        "in fc2",
    ),
    "first weights next to zero": Case(
        plan("cnn6", lr=0.01, init="normal", **_CNN),
        "vanishing_gradients",
        "The gradients of all layers are next to nothing",
        "guessing gives 2.30",
    ),
    "a rate at which nothing moves": Case(
        plan(lr=1e-6, **_STEADY), "lr_too_low", "the learning rate of 1e-06 is too low", "guessing gives 2.30"
    ),
    "first weights of zero": Case(
        plan(init="zero", **_STEADY), "plateau", "All weights started at 0", "a norm of 0 at step 0"
    ),
    "small first weights": Case(
        plan(optimizer="sgd", lr=0.01, init="normal", **_STEADY), "plateau", "no better than guessing", "2.30"
    ),
    "as much dropout as it can bear": Case(
        plan(
            optimizer="nesterov",
            lr=0.05,
            schedule="constant",
            weight_decay=0.02,
            batch_size=200,
            epochs=400,
            model_options={"dropout": 0.8},
        ),
        "plateau",
        "The loss has stopped falling",
        "Mean loss 1.",
        n=400,
        is_cured=False,
    ),
}

HEALTHY = {
    "fc2": plan(epochs=6),
    "fc2, one epoch": plan(epochs=1),
    "fc2, another seed": plan(epochs=4, seed=3),
    "cnn6": plan("cnn6", epochs=2),
    "cnn16_32": plan("cnn16_32", epochs=1),
    "fc2 as published": plan(recipe="published", epochs=2),
    "cnn6 as published": plan("cnn6", recipe="published", epochs=1),
    "fc2 of tanh, much of it saturated": plan(epochs=5, model_options=_TANH),
    "fc2 with half of its units dead": plan(lr=0.02, schedule="constant", batch_size=64, epochs=1.5),
    "fc2 with very smooth labels": plan(epochs=5, label_smoothing=0.5),
    "fc2, a picture at a time": plan(lr=1e-3, batch_size=1, epochs=0.06),
}


@cache
def run_of(name: str) -> tuple[History, ...]:
    case = SICK[name]
    return tuple(observe(case.config, digits(case.n)))


@pytest.mark.parametrize("name", SICK)
def test_a_sick_run_is_told_what_it_has(name: str) -> None:
    case, diagnoses = SICK[name], by_kind(run_of(name)[-1])
    assert case.kind in diagnoses
    assert case.sentence in diagnoses[case.kind].sentence
    assert case.evidence in diagnoses[case.kind].evidence


@pytest.mark.parametrize("name", [name for name, case in SICK.items() if case.is_cured])
def test_what_it_prescribes_cures(name: str) -> None:
    case = SICK[name]
    remedy = by_kind(run_of(name)[-1])[case.kind].remedy
    assert remedy
    cured = observe(replace(case.config, **remedy), digits(case.n))[-1]
    assert case.kind not in by_kind(cured)
    before, after = run_of(name)[-1].points[-1].loss, cured.points[-1].loss
    assert after is not None
    assert before is None or after < before


@pytest.mark.parametrize("config", HEALTHY.values(), ids=HEALTHY)
def test_a_healthy_run_is_left_in_peace_from_its_start_to_its_end(config: TrainConfig) -> None:
    assert [(h.points[-1].step, d.sentence) for h in observe(config, digits()) for d in examine(h)] == []


@pytest.mark.parametrize("name", ["a rate at which numbers end", "a rate that throws the weights about"])
def test_it_speaks_before_the_run_is_over(name: str) -> None:
    halfway = [h for h in run_of(name) if h.points and h.points[-1].step <= h.n_steps / 2][-1]
    assert not halfway.is_over
    assert {"nan", "exploding", "lr_too_high"} & set(by_kind(halfway))


@pytest.mark.parametrize("name", SICK)
def test_few_points_say_the_same(name: str) -> None:
    """A fast machine does hundreds of steps between two reports."""
    whole = run_of(name)[-1]
    train = [point for point in whole.points if point.kind == "train"]
    epochs = [point for point in whole.points if point.kind == "epoch"]
    thin = replace(whole, points=sorted([train[0], *train[1::2], train[-1], *epochs], key=lambda point: point.step))
    assert SICK[name].kind in by_kind(thin)


def test_each_kind_is_said_once_and_the_worst_comes_first() -> None:
    diagnoses = examine(run_of("tanh at its ends")[-1])
    assert [(d.kind, d.severity) for d in diagnoses] == [("lr_too_high", "ill"), ("saturated", "ill")]
    uneven = replace(run_of("units that died of their steps")[-1], class_counts={"0": 1000, "1": 50})
    kinds = [d.kind for d in examine(uneven)]
    assert len(kinds) == len(set(kinds))
    severities = [d.severity for d in examine(uneven)]
    assert severities == sorted(severities)
    assert set(kinds) <= set(get_args(Kind))


def _fresh(change: Callable[[Tensor], Tensor], **options: Any) -> tuple[TrainConfig, dict[str, Tensor]]:
    config = plan(**_STEADY, model_options=options)
    state = Trainer(config, digits(100)).model.state_dict()
    return config, {name: change(value) for name, value in state.items()}


def test_units_that_were_born_dead_are_seen_before_the_first_step() -> None:
    config, initial = _fresh(lambda value: value - 5 if value.ndim == 1 else value)
    first = next(h for h in observe(config, digits(200), initial=initial) if h.milestones)
    assert "All units of relu1 are dead" in by_kind(first)["dead_relu"].sentence
    assert by_kind(first)["dead_relu"].remedy == {"model_options": {"activation": "leaky_relu"}}


def test_large_first_weights_saturate_at_once() -> None:
    config, initial = _fresh(lambda value: 30 * value, activation="sigmoid")
    first = next(h for h in observe(config, digits(200), initial=initial) if h.milestones)
    assert by_kind(first)["saturated"].remedy == {"model_options": {"activation": "relu"}}


def test_large_first_weights_are_blamed_for_a_huge_loss() -> None:
    config, initial = _fresh(lambda value: 20 * value)
    config = replace(config, start_from="fc2")
    diagnosis = by_kind(observe(config, digits(200), initial=initial)[-1])["exploding"]
    assert "the first weights are too large" in diagnosis.sentence
    assert diagnosis.remedy == {"start_from": None}


def test_learning_by_heart_is_seen_in_the_pictures_kept_out() -> None:
    config = plan(model_options={"width": 64}, schedule="constant", batch_size=32, epochs=12, val_size=1000)
    few, others = digits(200), Pictures(digits().images[2000:3000], digits().labels[2000:3000])
    histories = observe(config, few, held=others)
    diagnosis = by_kind(histories[-1])["overfitting"]
    assert "by heart" in diagnosis.sentence
    assert "of the 1,000 kept out" in diagnosis.evidence
    replace(config, **diagnosis.remedy)
    assert not any(by_kind(h) for h in histories if h.points and h.points[-1].epoch < 4)
    many = observe(replace(config, epochs=2, batch_size=128), digits(2000), held=others)
    assert not any(by_kind(h) for h in many)


@pytest.mark.parametrize(("kept", "severity"), [(30, "watch"), (3, "ill"), (0, "ill"), (100, None)])
def test_rare_classes_are_named(kept: int, severity: str | None) -> None:
    pictures = digits()
    nines = np.flatnonzero(pictures.labels == 9)
    chosen = np.setdiff1d(np.arange(len(pictures.labels)), nines[kept:])
    history = observe(plan(epochs=1), Pictures(pictures.images[chosen], pictures.labels[chosen]))[-1]
    diagnosis = by_kind(history).get("unbalanced")
    assert (diagnosis and diagnosis.severity) == severity
    if diagnosis:
        assert f"{kept} of 9" in diagnosis.evidence
        assert (diagnosis.remedy, diagnosis.remedy_label) == ({}, "Add pictures of 9")


def test_a_run_without_a_point_has_nothing() -> None:
    assert examine(History(config=plan(), points=(), n_steps=100)) == ()


def test_a_loss_that_the_store_left_out_is_no_number() -> None:
    points = [Metric(kind="train", step=4, epoch=0.1, elapsed_s=1, loss=None, accuracy=0.1, lr=0.001)]
    diagnosis = by_kind(History(config=plan(lr=0.001), points=points, n_steps=100))["nan"]
    assert diagnosis.sentence == "The loss stopped being a number by step 4."
    assert diagnosis.remedy == {"clip_grad": 1.0}


def test_the_doctor_comes_without_torch() -> None:
    code = "import sys, cnnplay.training.doctor; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

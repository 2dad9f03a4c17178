"""Curves of several trainings: the same on every axis, seeds as their mean, and nothing that is not known."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.comparison.curves import FLOPS_PER_MAC, make_lines, published_lines, read_history, smoothed, without_curve
from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.published import find_published
from cnnplay.models.registry import MODELS, get_spec
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.records import Metric
from cnnplay.runs.store import RunStore, open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE
from cnnplay.training.config import TrainConfig
from cnnplay.training.recipes import PUBLISHED

HERE = "here"
KEPT, NOT_KEPT = "resnet", "lenet5"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    return open_store()


def point(step, loss, accuracy, *, kind="train", **more):
    return Metric(kind=kind, step=step, epoch=step / 10, elapsed_s=step / 5, loss=loss, accuracy=accuracy, **more)


def add(store, points, *, seed=0, ended="finished"):
    """A run with these points."""
    store.create(TrainConfig(model="fc2", dataset="mnist", seed=seed, batch_size=100), place=HERE)
    claim = claim_next(store.database, place=HERE, n_slots=99)
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=points[-1].step, n_steps=points[-1].step)
    claimed.add_metrics(points)
    if ended:
        claimed.end(ended, accuracy=0.9)
    return store.get(claim.run_id)


def entries_of(store, *runs):
    wanted = {run.id for run in runs}
    return [e for e in list_entries("mnist", store.list_runs()) if wanted & {member.id for member in e.members}]


def entry(token, dataset="cifar10"):
    return next(each for each in list_entries(dataset) if each.token == token)


def line_of(lines, quantity, pictures):
    return next((line for line in lines if (line.quantity, line.pictures) == (quantity, pictures)), None)


@pytest.mark.parametrize("by", ["epoch", "step", "time", "flops"])
def test_a_shipped_network_ends_where_its_card_says(by):
    shipped = entry(KEPT)
    card, lines = shipped.first.card, make_lines([shipped], by=by)
    images = card.images_per_s * card.wall_s
    ends = {
        "epoch": 36,
        "step": images / card.config["batch_size"],
        "time": card.wall_s,
        "flops": images * 3 * 2 * card.macs,
    }
    for line in lines:
        assert line.x[-1] == pytest.approx(ends[by], rel=2e-3)
        assert (line.name, line.colour) == (KEPT, shipped.colour)
    assert line_of(lines, "accuracy", "training").y[-1] == pytest.approx(card.train_accuracy, abs=1e-4)
    assert list(line_of(lines, "accuracy", "test").y) == [card.accuracy]
    assert line_of(lines, "accuracy", "validation") is None


def test_of_a_network_without_a_curve_the_end_is_known():
    lines = make_lines([entry(NOT_KEPT)])
    assert [(line.pictures, list(line.x)) for line in lines] == [("test", [20])]
    assert without_curve([entry(KEPT), entry(NOT_KEPT)]) == (entry(NOT_KEPT),)


def test_reports_are_drawn_where_there_are_any_and_epochs_for_what_they_alone_know(store):
    run = add(store, [
        point(5, 1.0, 0.5), point(10, math.nan, 0.6), point(10, 0.9, 0.55, kind="epoch", val_accuracy=0.5),
        point(20, 0.5, 0.8), point(20, 0.6, 0.75, kind="epoch", val_accuracy=0.7, test_accuracy=0.72),
    ])  # fmt: skip
    lines = make_lines(entries_of(store, run), by="step")
    found = {(line.quantity, line.pictures): (list(line.x), list(line.y)) for line in lines}
    assert found == {
        ("accuracy", "training"): ([5, 10, 20], [0.5, 0.6, 0.8]),
        ("loss", "training"): ([5, 20], [1.0, 0.5]),
        ("accuracy", "validation"): ([10, 20], [0.5, 0.7]),
        ("accuracy", "test"): ([20], [0.72]),
    }


def test_a_run_in_training_is_counted_without_a_card(store):
    run = add(store, [point(10, 0.5, 0.8)], ended=None)
    history = read_history(entries_of(store, run)[0].first)
    assert history.macs == entry("fc2", "mnist").first.card.macs
    (x,) = line_of(make_lines(entries_of(store, run), by="flops"), "loss", "training").x
    assert x == 10 * 100 * history.macs * FLOPS_PER_MAC
    add(store, [point(1, 0.5, 0.8)], seed=9)
    assert len(make_lines(entries_of(store, run))) == 2


def test_seeds_are_a_mean_with_a_band_and_each_of_them_underneath(store):
    runs = [add(store, [point(s, 1 / s, a) for s in (5, 10, 20)], seed=i) for i, a in enumerate((0.7, 0.8, 0.9))]
    lines = make_lines(entries_of(store, *runs))
    line = line_of(lines, "accuracy", "training")
    assert (line.n, len(line.raw)) == (3, 3)
    assert list(line.y) == pytest.approx([0.8] * 3)
    assert list(line.std) == pytest.approx([0.1] * 3)
    two = make_lines([replace(e, members=e.members[:2]) for e in entries_of(store, *runs)])
    assert line_of(two, "accuracy", "training").std is None


def test_seeds_seen_at_other_moments_are_averaged_as_far_as_all_have_come(store):
    one = add(store, [point(s, 1.0, s / 100) for s in (10, 20, 40)], seed=0)
    other = add(store, [point(s, 1.0, s / 100) for s in (5, 30, 50, 60)], seed=1)
    line = line_of(make_lines(entries_of(store, one, other), by="step"), "accuracy", "training")
    assert (line.x[0], line.x[-1]) == (10, 40)
    assert list(line.y) == pytest.approx(list(line.x / 100))


def test_smoothing_keeps_what_there_was_underneath(store):
    run = add(store, [point(s, float(s % 2), 0.5) for s in range(1, 50)])
    line = line_of(make_lines(entries_of(store, run), smoothing=0.98), "loss", "training")
    assert list(line.raw[0][1]) == [s % 2 for s in range(1, 50)]
    assert line.y[-1] == pytest.approx(0.5, abs=0.1)


@given(st.lists(st.tuples(st.floats(0.01, 50), st.floats(-1e3, 1e3)), min_size=1, max_size=40), st.floats(0.01, 0.98))
def test_the_moving_average_is_the_mean_of_all_before_weighted_by_their_distance(points, weight):
    x, y = np.cumsum([gap for gap, _ in points]), np.array([value for _, value in points])
    found = smoothed(x, y, weight, span=200.0)
    for at in range(len(y)):
        weights = weight ** ((x[at] - x[: at + 1]) / 2)
        assert found[at] == pytest.approx(np.average(y[: at + 1], weights=weights), abs=1e-6)


def test_a_constant_stays_constant_and_few_points_are_not_dragged_behind():
    x = np.arange(1.0, 6.0)
    assert smoothed(x, np.full(5, 3.0), 0.95, span=5.0) == pytest.approx(np.full(5, 3.0))
    assert smoothed(x, x, 0.8, span=5.0) == pytest.approx(x, abs=0.05)
    assert list(smoothed(x, x, 0.0, span=5.0)) == list(x)


def test_what_was_published_is_on_the_axis_that_is_chosen():
    (line,) = published_lines([entry("residual", "mnist")])
    assert (list(line.x), line.y[0], line.y[-1]) == ([*range(1, 11)], 0.9703, 0.9898)
    (steps,) = published_lines([entry("residual", "mnist")], by="step")
    assert steps.x[0] == 938
    (flops,) = published_lines([entry("residual", "mnist")], by="flops")
    assert flops.x[-1] == 10 * 60_000 * 6 * entry("residual", "mnist").first.card.macs
    assert published_lines([entry("residual", "mnist")], by="time") == ()
    assert published_lines([entry("lenet")]) == ()


@pytest.mark.parametrize("key", MODELS)
def test_published_figures_agree_with_the_specs_and_the_recipes(key):
    found, spec = find_published(key), get_spec(key)
    if spec.published_accuracy is None:
        assert found is None
        return
    assert found.accuracies[-1] == spec.published_accuracy
    assert found.note == spec.published_note
    assert len(found.epochs) == len(found.accuracies)
    if key in PUBLISHED:
        config = PUBLISHED[key](model=key, dataset=spec.dataset)
        assert (found.epochs[-1], found.batch_size) == (config.epochs, config.batch_size)


def test_a_curve_on_disk_is_read_again_when_it_changes(tmp_path):
    shipped = entry(KEPT)
    weights = tmp_path / "resnet-cifar10.safetensors"
    member = replace(shipped.first, weights=weights)
    assert read_history(member).points == ()
    path = weights.with_suffix(".curve.json")
    for n in (1, 2):
        values = {"step": 1, "epoch": 1.0, "elapsed_s": 1.0, "loss": 1.0, "accuracy": 0.5}
        path.write_text(json.dumps({"points": [values] * n}))
        assert len(read_history(member).points) == n

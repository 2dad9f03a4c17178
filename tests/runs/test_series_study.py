"""Optuna's part: it learns from the runs, stops the hopeless ones, and tells what mattered."""

import pytest

from cnnplay.runs.records import run_from_row
from cnnplay.runs.schema import runs
from cnnplay.runs.series_records import Trial, outcome_of
from cnnplay.runs.series_space import Choice, Range, Space
from cnnplay.runs.series_study import N_BEFORE_PRUNING, N_FOR_IMPORTANCE, importances, should_prune, suggest

from .conftest import quick

SPACE = Space((Range("lr", 0.001, 1.0), Range("shift_px", 0, 4), Choice("batch_size", (32, 64))))
FIRST = {"lr": 0.1, "shift_px": 0, "batch_size": 64}


def trial(number, epochs, state="finished", pruned_at=None, patience=0, **params):
    empty = dict.fromkeys(column.name for column in runs.columns)
    config = quick(val_size=400, patience=patience)
    values = {"id": str(number), "state": state, "number": number, "pruned_at": pruned_at, "config": config.to_json()}
    run = run_from_row({**empty, **values, "params": {**FIRST, **params}})
    return Trial(run, outcome_of(run), tuple(enumerate(epochs, start=1)))


def test_the_value_is_that_of_the_network_that_is_kept():
    assert trial(0, [0.5, 0.9, 0.8]).value == 0.8
    assert trial(0, [0.5, 0.9, 0.8], patience=2).value == 0.9
    assert trial(0, []).value is None


def test_it_looks_where_it_was_good():
    trials = [trial(i, [0.9 - 0.2 * abs(i - 5)], lr=float(f"{10 ** (-3 + i / 4):.3g}")) for i in range(12)]
    near = [suggest(SPACE, trials, first=FIRST, seed=seed, number=12)["lr"] for seed in range(10)]
    assert sorted(near)[5] == pytest.approx(trials[5].params["lr"], rel=1.5)
    assert all(0.001 <= lr <= 1 and lr == float(f"{lr:.3g}") for lr in near)
    assert suggest(SPACE, trials, first=FIRST, seed=0, number=12) == suggest(
        SPACE, trials, first=FIRST, seed=0, number=12
    )


def test_every_kind_of_run_is_taken_account_of():
    trials = [
        trial(0, [0.5]),
        trial(1, [0.1], state="interrupted", pruned_at=1.0),
        trial(2, [], state="failed"),
        trial(3, [], state="queued"),
        trial(4, [0.4], state="running"),
        trial(5, [0.3], state="interrupted"),
        trial(6, []),
    ]
    assert [each.outcome for each in trials] == [
        "finished", "pruned", "failed", "running", "running", "stopped", "finished"
    ]  # fmt: skip
    asked = suggest(SPACE, trials, first=FIRST, seed=0, number=7)
    assert set(asked) == set(SPACE.names)
    assert isinstance(asked["shift_px"], int)


def test_a_run_behind_half_of_the_finished_ones_is_stopped():
    done = [trial(i, [0.5 + i / 20, 0.8, 0.9]) for i in range(N_BEFORE_PRUNING)]
    bad, good = trial(9, [0.2], state="running"), trial(9, [0.6], state="running")
    assert should_prune(SPACE, [*done, bad], number=9, epochs=3)
    assert not should_prune(SPACE, [*done, good], number=9, epochs=3)
    assert not should_prune(SPACE, [*done[1:], bad], number=9, epochs=3)
    assert not should_prune(SPACE, [*done, bad], number=9, epochs=10)  # too early in so long a training
    assert not should_prune(SPACE, [*done, trial(9, [], state="running")], number=9, epochs=3)


def test_what_made_the_difference_is_the_most_important():
    trials = [
        trial(i, [0.9 if i % 2 else 0.3], batch_size=64 if i % 2 else 32, lr=0.001 * (1 + i * 7 % 12))
        for i in range(12)
    ]
    shares = importances(SPACE, trials)
    assert next(iter(shares)) == "batch_size"
    assert sum(shares.values()) == pytest.approx(1)
    assert importances(SPACE, trials[: N_FOR_IMPORTANCE - 1]) == {}
    assert importances(SPACE, [trial(i, [0.5], lr=0.001 * (i + 1)) for i in range(12)]) == {}

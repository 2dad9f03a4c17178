"""A store with a thousand runs of a thousand points each: what a page reads every second must stay in milliseconds."""

import statistics
import sys
import time

import pytest

from .conftest import HERE
from .full_store import fill

N_RUNS, N_POINTS = 1000, 1000
LIMITS_MS = {
    "list_runs(limit=50)": 60,
    "list_runs()": 600,
    "get": 30,
    "metrics, all": 300,
    "metrics, 200 points": 150,
    "metrics after a step": 30,
    "milestones": 60,
    "count_waiting": 30,
    "used_slots": 30,
}
"""A median far beyond these means that something reads more than it needs; a busy machine stays within them."""
REPEATS = 15


def median_ms(read):
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        read()
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


@pytest.mark.soak
def test_a_full_store_answers_in_milliseconds(store, capsys):
    run_id = fill(store, n_runs=N_RUNS, n_points=N_POINTS)[N_RUNS // 2]
    reads = {
        "list_runs(limit=50)": lambda: store.list_runs(limit=50),
        "list_runs()": store.list_runs,
        "get": lambda: store.get(run_id),
        "metrics, all": lambda: store.metrics(run_id),
        "metrics, 200 points": lambda: store.metrics(run_id, max_points=200),
        "metrics after a step": lambda: store.metrics(run_id, after_step=N_POINTS - 10),
        "milestones": lambda: store.milestones(run_id),
        "count_waiting": lambda: store.count_waiting(HERE),
        "used_slots": lambda: store.used_slots(HERE),
    }
    assert len(store.metrics(run_id, max_points=200)) == 200
    backend = store.database.url.get_backend_name()
    found = {name: median_ms(read) for name, read in reads.items()}
    lines = [f"  {name:<22} {ms:7.1f}" for name, ms in found.items()]
    with capsys.disabled():
        sys.stdout.write("\n".join([f"\n{backend}: {N_RUNS:,} runs x {N_POINTS:,} points, medians in ms", *lines, ""]))
    assert {name: ms for name, ms in found.items() if ms > LIMITS_MS[name]} == {}

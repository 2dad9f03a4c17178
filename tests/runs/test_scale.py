"""A store with a thousand runs of a thousand points each: what a page reads every second must stay in milliseconds."""

import statistics
import sys
import time

import pytest
from sqlalchemy import insert

from cnnplay.runs.schema import jobs, metrics, milestones, runs

from .conftest import HERE, quick

N_RUNS, N_POINTS = 1000, 1000
LAYERS = tuple(f"layer{i}.conv{j}" for i in range(1, 9) for j in (1, 2))
"""Of a network with sixteen of them."""
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


def fill(store):
    config = quick().to_json()
    ids = [f"{i:08d}-0000-4000-8000-000000000000" for i in range(N_RUNS)]
    common = {"model": "fc2", "dataset": "mnist-5k", "recipe": "modern", "config": config, "epochs": 10.0}
    norms = dict.fromkeys(LAYERS, 0.012345678)
    layers = [{"name": name, "kind": "conv", "mean": 0.1, "std": 1.0} for name in LAYERS]
    with store.database.write() as connection:
        for i, run_id in enumerate(ids):
            run = {"id": run_id, "name": f"Run {i}", "state": "finished", "step": N_POINTS, "epoch": 10.0, **common}
            connection.execute(insert(runs).values(**run, created_at=float(i), accuracy=0.9))
            connection.execute(insert(jobs).values(run_id=run_id, place=HERE, queued_at=1.0, ended_at=2.0))
            rows = [
                {"run_id": run_id, "kind": "train", "step": step, "epoch": step / 100, "elapsed_s": step / 2}
                | {"loss": 1 / (step + 1), "accuracy": 0.9, "lr": 0.1, "images_per_s": 1e3}
                | {"grad_norms": norms, "memory_bytes": 10**9}
                for step in range(N_POINTS)
            ]
            connection.execute(insert(metrics), rows)
            looks = [{"run_id": run_id, "step": 2**k, "epoch": 0.1, "layers": layers} for k in range(20)]
            connection.execute(insert(milestones), looks)
    return ids


def median_ms(read):
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        read()
        took.append(time.perf_counter() - began)
    return 1000 * statistics.median(took)


@pytest.mark.soak
def test_a_full_store_answers_in_milliseconds(store, capsys):
    run_id = fill(store)[N_RUNS // 2]
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

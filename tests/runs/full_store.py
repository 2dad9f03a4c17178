"""A store full of finished runs, as after months of use."""

from sqlalchemy import insert

from cnnplay.runs.schema import jobs, metrics, milestones, runs

from .conftest import HERE, quick

LAYERS = tuple(f"layer{i}.conv{j}" for i in range(1, 9) for j in (1, 2))
"""Of a network with sixteen of them."""


def fill(store, *, n_runs, n_points):
    """Writes the runs with their curves and milestones; returns their ids."""
    config = quick().to_json()
    ids = [f"{i:08d}-0000-4000-8000-000000000000" for i in range(n_runs)]
    common = {"model": "fc2", "dataset": "mnist-5k", "recipe": "modern", "config": config, "epochs": 10.0}
    norms = dict.fromkeys(LAYERS, 0.012345678)
    layers = [{"name": name, "kind": "conv", "mean": 0.1, "std": 1.0} for name in LAYERS]
    with store.database.write() as connection:
        for i, run_id in enumerate(ids):
            run = {"id": run_id, "name": f"Run {i}", "state": "finished", "step": n_points, "epoch": 10.0, **common}
            connection.execute(insert(runs).values(**run, created_at=float(i), accuracy=0.9))
            connection.execute(insert(jobs).values(run_id=run_id, place=HERE, queued_at=1.0, ended_at=2.0))
            rows = [
                {"run_id": run_id, "kind": "train", "step": step, "epoch": step / 100, "elapsed_s": step / 2}
                | {"loss": 1 / (step + 1), "accuracy": 0.9, "lr": 0.1, "images_per_s": 1e3}
                | {"grad_norms": norms, "memory_bytes": 10**9}
                for step in range(n_points)
            ]
            connection.execute(insert(metrics), rows)
            looks = [{"run_id": run_id, "step": 2**k, "epoch": 0.1, "layers": layers} for k in range(20)]
            connection.execute(insert(milestones), looks)
    return ids

"""Snapshots: which are kept, what is in them, and that a disk without room for them stops nothing."""

import pytest
import torch

from cnnplay.models.checkpoint import load_model
from cnnplay.models.registry import build
from cnnplay.runs.snapshots import Snapshots, list_snapshots, snapshot_name
from cnnplay.runs.training_job import run_job
from cnnplay.settings import home_dir
from cnnplay.training.events import Milestone, milestone_steps

from .conftest import fill, quick

N_STEPS = 30
"""Of the quick run."""
FC2_BYTES = 13_500
"""A little more than a snapshot of fc2 takes."""


def steps(folder):
    return [int(path.stem.removeprefix("step-")) for path in list_snapshots(folder)]


def keep_all(folder, n_steps, *, max_bytes):
    snapshots, model = Snapshots(folder, key="fc2", options={}, max_bytes=max_bytes), build("fc2")
    for step in milestone_steps(n_steps):
        snapshots.keep(model, step)


def test_as_many_are_kept_as_fit_and_always_the_first_and_the_last(tmp_path):
    for n_kept in (30, 9, 4, 1):
        folder = tmp_path / str(n_kept)
        keep_all(folder, 1000, max_bytes=n_kept * FC2_BYTES)
        kept = steps(folder)
        assert (kept[0], kept[-1]) == (0, 1000)
        assert max(n_kept / 2, 2) <= len(kept) <= max(n_kept, 2)
        assert set(kept) <= set(milestone_steps(1000))
    assert steps(tmp_path / "30") == list(milestone_steps(1000))


def test_the_older_ones_are_thinned_first(tmp_path):
    keep_all(tmp_path, 1000, max_bytes=12 * FC2_BYTES)
    kept, reached = steps(tmp_path), milestone_steps(1000)
    early, late = ([step for step in kept if low < step < high] for low, high in ((0, 32), (181, 1000)))
    n_early, n_late = (sum(low < step < high for step in reached) for low, high in ((0, 32), (181, 1000)))
    assert len(early) / n_early < len(late) / n_late


def test_a_run_leaves_what_it_was_at_each_milestone(home):
    seen, folder = [], home_dir() / "run"

    def look(event):
        if isinstance(event, Milestone):
            assert (folder / snapshot_name(event.step)).is_file()
            seen.append(event.step)

    run_job(quick(), folder, on_event=look, keeps_history=True)
    assert steps(folder) == seen == list(milestone_steps(N_STEPS))
    key, first = load_model(folder / snapshot_name(0))
    assert key == "fc2"
    _, last = load_model(folder / snapshot_name(N_STEPS))
    _, result = load_model(folder / "fc2-mnist-5k.safetensors")
    for name, value in result.state_dict().items():
        assert torch.equal(value, last.state_dict()[name])
        assert not torch.equal(value, first.state_dict()[name])


def test_a_folder_that_takes_no_snapshots_is_said_once_and_stops_nothing(home, capsys):
    folder = home_dir() / "run"
    folder.mkdir()
    (folder / "snapshots").write_text("in the way")
    card = run_job(quick(), folder, keeps_history=True)
    assert card.accuracy > 0.2
    assert capsys.readouterr().err.count("could not be written") == 1


@pytest.mark.usefixtures("small_disk")
def test_a_full_disk_leaves_no_half_of_a_snapshot(small_disk, capsys):
    snapshots = Snapshots(small_disk / "run", key="fc2", options={})
    snapshots.keep(build("fc2"), 0)
    fill(small_disk)
    for step in (1, 2):
        snapshots.keep(build("fc2"), step)
    assert [path.name for path in (small_disk / "run" / "snapshots").iterdir()] == ["step-00000000.safetensors"]
    assert "No space left" in (err := capsys.readouterr().err)
    assert err.count("\n") == 1

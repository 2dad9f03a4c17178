"""The commands of the run store, through the frame, with a store and a finished run of their own."""

import uuid

import pytest
import torch

from cnnplay.cli.main import main
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import LocalExecutor, this_place
from cnnplay.runs.store import open_store
from cnnplay.settings import DATA_VARIABLE, DATABASE_VARIABLE, HOME_VARIABLE, run_dir
from cnnplay.training.recipes import make_config


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    # Whether real workers start, and what they do, is asked in tests/runs.
    monkeypatch.setattr(LocalExecutor, "start_waiting", lambda self: ())
    store = open_store()
    yield store
    store.close()


@pytest.fixture
def claimed(store):
    """A run in the hands of a worker."""
    store.create(make_config("fc2", dataset="mnist-5k", epochs=2), place=this_place())
    return ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=1))


@pytest.fixture
def finished(claimed):
    """The id of a run that has left its network."""
    torch.manual_seed(0)
    run_id = claimed.claim.run_id
    save_weights(build("fc2"), run_dir(run_id) / "fc2-mnist-5k.safetensors", key="fc2")
    claimed.attach(step=30, n_steps=30)
    claimed.end("finished", accuracy=0.5)
    return run_id


def test_a_run_in_the_background_is_queued_and_its_id_printed(ask, store):
    code, document, err = ask("train", "fc2", "--dataset", "mnist-5k", "--lr", 0.01, "--background", "--name", "One")
    assert (code, err) == (0, "")
    run = store.get(document["run_id"])
    assert (run.state, run.name, run.train_config.lr) == ("queued", "One", 0.01)
    assert main(["train", "fc2", "--dataset", "mnist-5k", "--background"]) == 0


def test_several_seeds_are_queued_as_one_series(ask, store):
    code, document, err = ask("train", "fc2", "--dataset", "mnist-5k", "--seed", 5, "--background", "--seeds", 3)
    assert (code, err) == (0, "")
    assert document["run_id"] == document["run_ids"][0]
    found = [store.get(run_id) for run_id in document["run_ids"]]
    assert [run.train_config.seed for run in found] == [5, 6, 7]
    assert {run.series_id for run in found} == {document["series_id"]}
    assert main(["train", "fc2", "--dataset", "mnist-5k", "--background", "--seeds", "2"]) == 0


def test_a_run_without_its_data_is_refused_at_once(ask, store, monkeypatch, tmp_path):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    code, document, err = ask("train", "fc2", "--dataset", "kmnist", "--background")
    assert (code, document) == (2, None)
    assert "data kmnist --download" in err
    assert store.list_runs() == ()


def test_list_and_show_say_where_runs_stand(ask, store, finished):
    waiting = store.create(make_config("fc2", epochs=3), place=this_place())
    code, document, _ = ask("runs", "list")
    assert code == 0
    fields = ("id", "name", "state", "model", "dataset", "epoch", "epochs", "accuracy")
    assert [tuple(row[field] for field in fields) for row in document["runs"]] == [
        (waiting.id, "fc2 modern, seed 0", "queued", "fc2", "mnist", 0, 3, None),
        (finished, "fc2 modern, seed 0", "finished", "fc2", "mnist-5k", 2, 2, 0.5),
    ]
    assert ask("runs")[1] == document
    assert ask("runs", "show", finished[:8])[1] == {"run": document["runs"][1]}
    assert all("worker" not in row for row in document["runs"])


def test_stop_and_resume_by_the_beginning_of_an_id(ask, store, claimed):
    short = claimed.claim.run_id[:6]
    assert ask("runs", "stop", short)[1]["run"]["state"] == "stopping"
    claimed.end("interrupted")
    assert ask("runs", "resume", short)[1]["run"]["state"] == "queued"
    assert ask("runs", "stop", short)[1]["run"]["state"] == "interrupted"


def test_a_run_is_paused_and_renamed(ask, store, claimed):
    run_id = claimed.claim.run_id
    assert ask("runs", "pause", run_id[:6])[1]["run"]["state"] == "paused"
    assert ask("runs", "resume", run_id[:6])[1]["run"]["state"] == "running"
    assert ask("runs", "rename", run_id[:6], "Wide  strokes")[1]["run"]["name"] == "Wide strokes"
    assert store.get(run_id).name == "Wide strokes"


def test_a_finished_run_is_extended_if_it_kept_its_state(ask, store, finished):
    code, document, err = ask("runs", "extend", finished[:8], "--epochs", 5)
    assert (code, document, "has no state here to go on from" in err) == (2, None, True)
    (run_dir(finished) / "fc2-mnist-5k.state.pt").touch()
    run = ask("runs", "extend", finished[:8], "--epochs", 5)[1]["run"]
    assert (run["state"], run["epochs"], run["config"]["epochs"], run["accuracy"]) == ("queued", 5, 5, 0.5)


def test_a_deleted_run_comes_back_until_it_is_purged(ask, store, finished, capsys):
    assert ask("runs", "delete", finished[:8])[1]["run"]["deleted_at"] is not None
    assert ask("runs")[1] == {"runs": []}
    assert main(["runs", "show", finished]) == 0
    assert f"runs undelete {finished[:8]}" in capsys.readouterr().out
    assert ask("runs", "undelete", finished[:8])[1]["run"]["deleted_at"] is None
    assert ask("runs", "purge")[1] == {"purged": []}
    ask("runs", "delete", finished[:8])
    assert ask("runs", "purge")[1] == {"purged": [finished]}
    assert not run_dir(finished).exists()
    assert "There is no run" in ask("runs", "undelete", finished)[2]


def test_people_get_a_table_and_a_description(store, capsys, finished):
    assert main(["runs"]) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert row.split()[:5] == [finished[:8], "finished", "fc2", "mnist-5k", "2.0/2"]
    assert head.index("accuracy") < row.index("50.00%") + len("50.00%")
    assert main(["runs", "show", finished]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{finished} finished: fc2 on mnist-5k, recipe modern, epoch 2.0 of 2, 50.00% of the test set",
        str(run_dir(finished)),
    ]


def test_an_empty_store_says_how_to_begin(store, capsys):
    assert main(["runs"]) == 0
    assert "train fc2 --dataset mnist-5k --background" in capsys.readouterr().out


def test_a_finished_run_is_a_checkpoint(ask, store, finished):
    code, document, _ = ask("evaluate", finished[:8], "--dataset", "mnist-5k")
    (row,) = document["results"]
    assert (code, row["checkpoint"], row["n"]) == (0, finished[:8], 1000)
    code, document, _ = ask("predict", finished, "nowhere.png")
    assert (code, list(document["predictions"][0])) == (2, ["image", "error"])


def test_a_run_that_has_no_network_yet_says_so(ask, claimed):
    code, document, err = ask("evaluate", claimed.claim.run_id)
    assert (code, document) == (2, None)
    assert "is running, epoch 0.0 of 2; it has no network here yet" in err


def test_the_id_that_train_printed_is_a_checkpoint_too(ask, store):
    code, trained, _ = ask("train", "fc2", "--dataset", "mnist-5k", "--epochs", 1, "--device", "cpu")
    assert code == 0
    code, evaluated, _ = ask("evaluate", trained["run_id"])
    assert code == 0
    assert evaluated["results"][0]["accuracy"] == trained["accuracy"]


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["runs", "start"], "invalid choice: 'start'"),
        (["runs", "show"], "runs show needs an ID"),
        (["runs", "list", "abcd"], "runs list takes no ID"),
        (["runs", "purge", "abcd"], "runs purge takes no ID"),
        (["runs", "rename", "abcd"], "runs rename needs a NAME"),
        (["runs", "stop", "abcd", "Name"], "runs stop takes no NAME"),
        (["runs", "extend", "abcd"], "runs extend needs --epochs"),
        (["runs", "show", "abcd", "--epochs", "3"], "runs show takes no --epochs"),
        (["runs", "show", "abc"], "at least its first 4 characters"),
        (["runs", "show", str(uuid.uuid4())], "There is no run"),
        (["worker", "abcd"], "There is no run 'abcd'"),
        (["evaluate", "deadbeef"], "There is no run 'deadbeef'"),
        (["evaluate", "../deadbeef"], "neither a network's key nor a .safetensors file nor a run's id"),
        (["train", "fc2", "--background", "--out", "x"], "Leave out --out or --background"),
        (["train", "fc2", "--name", "x"], "Give --background as well"),
        (["train", "fc2", "--seeds", "3"], "--seeds belongs to runs in the store"),
        (["train", "fc2", "--background", "--seeds", "1"], "has 2 to 20 runs, not 1"),
        (["train", "fc2", "--background", "--name", " "], "1 to 200 characters, not 0"),
        (["train", "fc2", "--background", "--lr", "-1"], "lr is -1.0"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(ask, store, argv, words):
    code, document, err = ask(*argv)
    assert (code, document) == (2, None)
    assert words in err
    assert err.count("\n") == 1


def test_what_has_ended_can_be_neither_stopped_nor_resumed(ask, finished):
    for deed, past in (("stop", "stopped"), ("resume", "resumed"), ("pause", "paused")):
        code, document, err = ask("runs", deed, finished[:8])
        assert (code, document) == (2, None)
        assert f"is finished and cannot be {past}" in err


def test_a_store_that_is_away_is_one_line(ask, store, monkeypatch):
    monkeypatch.setenv(DATABASE_VARIABLE, "postgresql://me:secret@127.0.0.1:1/runs?connect_timeout=2")
    code, document, err = ask("runs")
    assert (code, document, err.count("\n")) == (2, None, 1)
    assert "secret" not in err

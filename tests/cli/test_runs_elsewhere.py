"""`runs export` and `runs import` through the frame: documents, words for people, and one line where it goes wrong."""

import csv

import pytest

from cnnplay.cli.main import main
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.elsewhere import packages
from cnnplay.runs.executor import LocalExecutor, this_place
from cnnplay.runs.records import Metric
from cnnplay.runs.store import open_store
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE
from cnnplay.training.recipes import make_config


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    monkeypatch.setattr(LocalExecutor, "start_waiting", lambda self: ())
    monkeypatch.chdir(tmp_path)
    store = open_store()
    yield store
    store.close()


@pytest.fixture
def run(store):
    """A run with three points, in the hands of a worker."""
    store.create(make_config("fc2", dataset="mnist-5k", epochs=2), place=this_place())
    claimed = ClaimedRun(store.database, claim_next(store.database, place=this_place(), n_slots=1))
    claimed.attach(step=0, n_steps=30)
    claimed.add_metrics(
        [Metric(kind="train", step=n, epoch=n / 15, elapsed_s=n, loss=1 / n, accuracy=0.1 * n) for n in (1, 2, 3)]
    )
    return store.get(claimed.claim.run_id)


def test_a_run_leaves_as_csv_and_events_and_comes_back(ask, store, run, tmp_path):
    code, document, err = ask("runs", "export", run.id[:8], run.id, "--csv", "out.csv", "--tensorboard", "events")
    assert (code, err) == (0, "")
    exported = document["exported"]
    assert exported["runs"] == [run.id]
    assert exported["csv"] == "out.csv"
    assert (tmp_path / exported["tensorboard"][0]).is_file()
    assert [path.name for path in tmp_path.glob("out*")] == ["out.csv"]
    code, document, err = ask("runs", "import", "out.csv", "--name", "Home again")
    assert (code, err) == (0, "")
    (came,) = document["imported"]
    assert (came["name"], came["state"], came["model"], came["recipe"]) == ("Home again", "finished", "fc2", "imported")
    assert store.metrics(came["id"]) == store.metrics(run.id)
    assert ask("runs")[1]["runs"][0] == came


def test_people_read_what_was_taken_and_what_was_not(capsys, store, run, tmp_path):
    (tmp_path / "theirs.csv").write_text("Step,Value,colour\n1,50,red\n")
    options = ["--model", "their net", "--dataset", "mnist", "--column", "Value=val_accuracy", "--seed", "4"]
    assert main(["runs", "import", "theirs.csv", *options]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{store.list_runs()[0].short_id} theirs: their net on mnist",
        "Taken: Step as step, Value as val_accuracy.",
        "Left out: colour.",
        "Accuracies were in percent.",
        "There are no epochs: every point lies at epoch 0.",
        "There are no times: every point lies at 0 s.",
    ]
    assert main(["runs", "export", run.short_id, "--csv", "a.csv", "--tensorboard", "events"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "CSV: a.csv"
    with (tmp_path / "a.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["1", "2", "3"]


def test_a_run_that_came_as_curves_has_no_network(ask, store, tmp_path):
    (tmp_path / "theirs.csv").write_text("step,loss,model,dataset\n1,2,fc2,mnist\n")
    run_id = ask("runs", "import", "theirs.csv")[1]["imported"][0]["id"]
    for command in (["evaluate", run_id], ["export", run_id], ["predict", run_id, "x.png"]):
        code, document, err = ask(*command)
        assert (code, document, err.count("\n")) == (2, None, 1)
        assert "came as curves alone: it has no network" in err
    code, _, err = ask("train", "fc2", "--dataset", "mnist-5k", "--background", "--start-from", run_id)
    assert (code, err.count("\n")) == (2, 1)
    code, _, err = ask("runs", "extend", run_id, "--epochs", 5)
    assert (code, err.count("\n")) == (2, 1)
    assert ask("runs", "show", run_id)[0] == 0
    assert ask("runs", "delete", run_id)[1]["run"]["deleted_at"] is not None


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["export", "--csv", "x.csv"], "runs export needs an ID"),
        (["export", "RUN"], "needs --mlflow URI, --tensorboard DIR or --csv FILE"),
        (["export", "RUN", "--csv", "x.csv", "--experiment", "a"], "takes --experiment with --mlflow alone"),
        (["export", "RUN", "--csv", "x.csv", "--name", "a"], "runs export takes no --name"),
        (["export", "nowhere1", "--csv", "x.csv"], "is no run's id"),
        (["export", "RUN", "--csv", "no/such/folder.csv"], "cannot be written"),
        (["export", "RUN", "--tensorboard", "/proc/no"], "cannot be written"),
        (["export", "RUN", "--mlflow", "/proc/no"], "cannot be made"),
        (["import"], "runs import needs a CSV FILE"),
        (["import", "a.csv", "b.csv"], "runs import takes one FILE"),
        (["import", "none.csv"], "cannot be read"),
        (["import", "none.csv", "--csv", "a.csv"], "runs import takes no --csv"),
        (["import", "none.csv", "--epochs", "3"], "runs import takes no --epochs"),
        (["import", "none.csv", "--column", "loss"], "Give it as NAME=FIELD"),
        (["import", "none.csv", "--config", "none.json"], "cannot be read as JSON"),
        (["list", "--mlflow", "x"], "runs list takes no --mlflow"),
        (["rename", "RUN", "a", "b"], "runs rename takes no third word"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(ask, run, argv, words):
    code, document, err = ask("runs", *(run.id if each == "RUN" else each for each in argv))
    assert (code, document) == (2, None)
    assert words in err
    assert err.count("\n") == 1


def test_a_missing_package_is_one_line(ask, run, monkeypatch):
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    for option, target in (("--mlflow", "folder"), ("--tensorboard", "folder")):
        code, document, err = ask("runs", "export", run.id, option, target)
        assert (code, document, err.count("\n")) == (2, None, 1)
        assert "pip install -r requirements-extras.txt" in err

"""Curves as CSV: what leaves comes back to the last bit, other tools' tables are understood, bad ones refused whole."""

import csv
import io
import json
import math
import re
from dataclasses import asdict, replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from cnnplay.errors import CnnplayError, ConfigError, ExportError, InputError
from cnnplay.runs.database import Database
from cnnplay.runs.elsewhere import from_csv
from cnnplay.runs.elsewhere.csv_runs import Said, import_csv
from cnnplay.runs.elsewhere.to_csv import export_to_csv
from cnnplay.runs.imported import finished_row
from cnnplay.runs.records import IMPORTED, Metric, metric_to_row
from cnnplay.runs.schema import metrics, runs
from cnnplay.runs.store import RunStore

from .conftest import begin, point, quick

NUMBERS = st.floats(0, 1e6, allow_nan=False)
SHARES = st.floats(0, 1)
LAYERS = ("conv1.weight", "fc, 2", 'odd "name"')
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)
NO_FACTS = Said(model="their net", dataset="mnist")
_numbers = count()


@st.composite
def curves(draw):
    """Points as a store can hold them."""
    found = []
    for kind in ("train", "epoch"):
        for step in sorted(draw(st.sets(st.integers(0, 2**31 - 1), max_size=4))):
            more = {
                "lr": draw(st.none() | NUMBERS),
                "images_per_s": draw(st.none() | NUMBERS),
                "grad_norms": {layer: draw(NUMBERS) for layer in LAYERS if draw(st.booleans())} or None,
                "memory_bytes": draw(st.none() | st.integers(0, 2**50)),
            }
            if kind == "epoch":
                more = {name: draw(st.none() | SHARES) for name in ("val_accuracy", "test_accuracy")}
            loss = draw(st.none() | st.floats(allow_nan=False, allow_infinity=False))
            accuracy = draw(SHARES | st.just(math.nan))
            where = {"epoch": draw(NUMBERS), "elapsed_s": draw(NUMBERS)}
            found.append(Metric(kind=kind, step=step, loss=loss, accuracy=accuracy, **where, **more))
    return found


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A store that lasts for a whole property."""
    store = RunStore(Database(f"sqlite:///{tmp_path_factory.mktemp('shelf') / 'runs.sqlite'}"))
    yield store
    store.close()


def put(store, points, **facts):
    """A run that has these points."""
    run_id = f"{next(_numbers):08d}-0000-4000-8000-000000000000"
    row = finished_row(run_id, quick().to_json(), name="A run", now=1e9) | facts
    with store.database.write() as connection:
        connection.execute(insert(runs), row)
        connection.execute(insert(metrics), [{"run_id": run_id, **metric_to_row(each)} for each in points])
    return store.get(run_id)


def same(points):
    """In a form in which NaN equals itself."""
    return [repr(replace(each, grad_norms=sorted((each.grad_norms or {}).items()))) for each in points]


@settings(max_examples=40)
@given(
    points=curves().filter(len),
    name=NAMES,
    began=st.none() | st.floats(1e8, 4e9),
    accuracy=st.none() | SHARES,
)
def test_what_leaves_comes_back_to_the_last_bit(shelf, tmp_path_factory, points, name, began, accuracy):
    run = put(shelf, points, name=name, started_at=began, finished_at=2e9, accuracy=accuracy)
    content = export_to_csv(shelf, [run])
    path = tmp_path_factory.getbasetemp() / "again.csv"
    path.write_bytes(content)
    (again,) = import_csv(path, shelf).runs
    assert same(shelf.metrics(again.id)) == same(shelf.metrics(run.id))
    kept = ("name", "model", "dataset", "config", "accuracy", "started_at", "finished_at", "state")
    assert [getattr(again, field) for field in kept] == [getattr(run, field) for field in kept]
    assert export_to_csv(shelf, [again]).replace(again.id.encode(), run.id.encode()) == content


def test_several_runs_share_a_file(store, tmp_path):
    mine = [put(store, [point(1), point(5, kind="epoch", val_accuracy=0.5)], name=f"Run {n}") for n in range(3)]
    (tmp_path / "all.csv").write_bytes(export_to_csv(store, mine))
    arrived = import_csv(tmp_path / "all.csv", store)
    assert [run.name for run in arrived.runs] == ["Run 0", "Run 1", "Run 2"]
    assert all(same(store.metrics(run.id)) == same(store.metrics(mine[0].id)) for run in arrived.runs)
    assert (arrived.left_out, arrived.notes) == ((), ())
    with pytest.raises(InputError, match=r"has 3 runs\. Leave the name out"):
        import_csv(tmp_path / "all.csv", store, Said(name="One"))


def test_an_imported_run_is_finished_and_claims_only_what_its_file_says(store, tmp_path):
    (tmp_path / "theirs.csv").write_text("step,epoch,elapsed_s,val_accuracy\n10,1,2.5,0.5\n20,2,5,0.75\n")
    said = Said(model="ResNet-18 (wide)", dataset="mnist", recipe="their own", seed=4, config={"batch_size": 64})
    (run,) = import_csv(tmp_path / "theirs.csv", store, said).runs
    assert (run.state, run.recipe, run.is_imported, run.name) == ("finished", IMPORTED, True, "theirs")
    assert (run.step, run.epoch, run.epochs, run.n_steps, run.accuracy) == (20, 2.0, 2.0, None, None)
    assert run.config == {
        "model": "ResNet-18 (wide)", "dataset": "mnist", "recipe": "their own", "seed": 4, "batch_size": 64,
    }  # fmt: skip
    first, last = store.metrics(run.id)
    assert (first.kind, last.val_accuracy, last.elapsed_s) == ("epoch", 0.75, 5.0)
    assert math.isnan(first.accuracy)


def test_the_curves_of_a_run_that_still_trains_leave_as_far_as_they_are(store):
    run, claimed = begin(store)
    with pytest.raises(ExportError, match="is running and has no curves yet"):
        export_to_csv(store, [store.get(run.id)])
    claimed.attach(step=0, n_steps=10)
    claimed.add_metrics([point(1, loss=None), point(2)])
    head, first, second = csv.reader(io.StringIO(export_to_csv(store, [store.get(run.id)]).decode()))
    assert first[head.index("loss")] == "nan"
    assert json.loads(first[head.index("config")]) == run.config
    assert second[head.index("config")] == ""


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "@x", "-1", "'quoted", "plain"])
def test_no_name_is_a_formula_in_a_spreadsheet(store, tmp_path, name):
    content = export_to_csv(store, [put(store, [point(1)], name=name)])
    head, row = csv.reader(io.StringIO(content.decode()))
    assert row[head.index("name")][0] not in "=+@-"
    (tmp_path / "a.csv").write_bytes(content)
    assert import_csv(tmp_path / "a.csv", store).runs[0].name == name


# Tables of other tools: what is in them, how points are told, and what is found: kind, step, and some of a point.
KERAS = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,1.2,0.55,1.1\n1,0.6,1.0,0.62,0.9\n"
LIGHTNING = (
    "epoch,lr-SGD,step,train_loss_epoch,train_loss_step,val_acc\n"
    "0,0.1,49,,0.7,\n0,,99,,,0.5\n0,,99,0.8,,\n1,,199,,,0.6\n"
)
TENSORBOARD = "Wall time,Step,Value\n1700000000.5,1,0.5\n1700000010.5,20,0.625\n"
MLFLOW = (
    "run_id,key,value,step,timestamp\nab,train_loss,1.5,3,1700000000000\nab,val_acc,0.5,3,1700000004000\nab,f1,9,3,1\n"
)
WANDB = '"Step","sun-3 - val_acc","sun-3 - val_acc__MIN","sun-3 - val_acc__MAX"\n1,0.25,0.25,0.25\n2,0.5,0.5,0.5\n'
WANDB_HISTORY = "_step,_runtime,_timestamp,train/loss,train/acc,epoch\n0,1.5,1700000001.5,2.0,0.25,0\n"
EXCEL = "\ufeffStep;Loss;Test Accuracy\r\n1;2.5;50\r\n2;1.5;93.75\r\n"
ISO = "step,timestamp,loss\n1,2026-01-02T03:04:05+00:00,1\n2,2026-01-02T03:05:05+00:00,0.5\n"
TABLES = {
    "Keras": (KERAS, {}, [("train", 0, "loss", 1.2), ("epoch", 0, "val_accuracy", 0.55), ("train", 1, "accuracy", 0.6),
                          ("epoch", 1, "epoch", 1.0)], ("val_loss",)),
    "Lightning": (LIGHTNING, {}, [("train", 49, "loss", 0.7), ("epoch", 99, "val_accuracy", 0.5),
                                  ("epoch", 199, "epoch", 1.0)], ("train_loss_epoch",)),
    "TensorBoard": (TENSORBOARD, {"Value": "val_accuracy"}, [("epoch", 1, "elapsed_s", 0.0),
                                                             ("epoch", 20, "elapsed_s", 10.0)], ()),
    "MLflow": (MLFLOW, {}, [("train", 3, "loss", 1.5), ("epoch", 3, "val_accuracy", 0.5)], ("f1",)),
    "W&B": (WANDB, {}, [("epoch", 1, "val_accuracy", 0.25), ("epoch", 2, "val_accuracy", 0.5)],
            ("sun-3 - val_acc__MIN", "sun-3 - val_acc__MAX")),
    "W&B history": (WANDB_HISTORY, {}, [("train", 0, "elapsed_s", 1.5)], ()),
    "a spreadsheet": (EXCEL, {}, [("train", 1, "loss", 2.5), ("epoch", 1, "test_accuracy", 0.5),
                                  ("train", 2, "loss", 1.5), ("epoch", 2, "test_accuracy", 0.9375)], ()),
    "dates": (ISO, {}, [("train", 1, "elapsed_s", 0.0), ("train", 2, "elapsed_s", 60.0)], ()),
}  # fmt: skip


@pytest.mark.parametrize("tool", TABLES)
def test_the_tables_of_other_tools_are_understood(shelf, tmp_path, tool):
    content, columns, expected, left_out = TABLES[tool]
    (tmp_path / "theirs.csv").write_text(content, encoding="utf-8", newline="")
    arrived = import_csv(tmp_path / "theirs.csv", shelf, replace(NO_FACTS, columns=columns))
    points = shelf.metrics(arrived.runs[0].id)
    assert [(each.kind, each.step) for each in points] == [each[:2] for each in expected]
    assert [getattr(each, name) for each, (_, _, name, _) in zip(points, expected, strict=True)] == [
        value for *_, value in expected
    ]
    assert arrived.left_out == left_out


def test_it_says_what_was_made_of_the_numbers(shelf, tmp_path):
    (tmp_path / "a.csv").write_text("epoch,acc,val_acc\n1,50,60\n2,75,80\n")
    arrived = import_csv(tmp_path / "a.csv", shelf, NO_FACTS)
    assert arrived.taken == {"epoch": "epoch", "acc": "accuracy", "val_acc": "val_accuracy"}
    assert arrived.notes == (
        "Accuracies were in percent.",
        "There are no steps: epochs count as steps.",
        "There are no times: every point lies at 0 s.",
    )
    (tmp_path / "a.csv").write_text("run,Started,Wall,step,loss\nx,1,1700000000,3,1\n")
    arrived = import_csv(tmp_path / "a.csv", shelf, replace(NO_FACTS, columns={"Wall": "wall_time"}))
    assert arrived.runs[0].started_at == 1_700_000_000


BAD = {
    "": "The file is empty",
    "\n\n": "The file is empty",
    "a,b\n1,2\n": r"No column is a step or an epoch\. The file has 'a', 'b'",
    "step,val_loss\n1,2\n": "No column is a loss or an accuracy",
    "step,loss\n": "no point of any curve",
    "step,loss\n1,x\n": "Line 2 says loss 'x', which is no number",
    "step,loss\n1,1\n\n2,0\n3,x\n": "Line 5 says loss 'x'",
    "step;loss\n1;0,5\n": "Line 2 says loss '0,5', which is no number",
    "step,loss\n1,2,3\n": "Line 2 has 3 cells, and the first line 2",
    "step,loss\n-1,2\n": r"Line 2 says step -1\. It must be a whole number from 0",
    "step,loss\n1.5,2\n": r"Line 2 says step 1\.5",
    "step,loss\nnan,2\n": "Line 2 says step nan",
    "step,loss\n,2\n": "Line 2 has no step",
    "step,loss\n9999999999,2\n": "must be a whole number from 0 to",
    "step,loss\n1,2\n1,3\n": "Line 3 says loss 3, and line 2 says 2 for the same step",
    "step,accuracy\n1,1.2\n": r"The highest accuracy is 1\.2, neither",
    "step,accuracy\n1,101\n": "It must be a number from 0 to 100",
    "step,accuracy\n1,-0.1\n": "It must be a number from 0 to 100",
    'step,loss\n1,"2\n': "is not CSV",
    "step,loss\n1,2\0\n": "",
    "Step,Value\n1,2\n": "Column 'Value' does not say of what",
    "step,x - loss,y - loss\n1,2,3\n": "are all taken for loss",
    "kind,step,loss\ntest,1,2\n": "Line 2 says kind 'test'",
    "step,loss,name\n1,2,a\n2,2,b\n": "Several runs in one file need a column run_id",
    "step,loss,dataset\n1,2,nowhere\n": "data set 'nowhere' is not known here",
    "step,loss,model\n1,2,../../up\n": "The model '../../up' cannot be",
    "step,loss,config\n1,2,[1]\n": "does not hold a table of settings",
    'step,loss,config\n1,2,"{""batch_size"": -3}"\n': "batch_size is -3",
    'step,loss,config\n1,2,"{""colour"": 1}"\n': "has no colour",
    "step,loss,final_accuracy\n1,2,7\n": "final_accuracy is '7'",
    "step,loss,seed\n1,2,x\n": "seed is 'x'",
    f"step,loss,name\n1,2,{'x' * 301}\n": "Line 2 has a name of 301 characters",
    ",".join(f"c{n}" for n in range(1001)) + "\n": "has 1,001 columns",
}


@pytest.mark.parametrize("content", BAD, ids=lambda content: repr(content[:40]))
def test_a_bad_table_is_refused_whole_with_one_sentence(shelf, tmp_path, content):
    before = {run.id for run in shelf.list_runs()}
    (tmp_path / "bad.csv").write_bytes(content.encode())
    head = content.partition("\n")[0]
    said = Said(**{name: value for name, value in asdict(NO_FACTS).items() if name not in head})
    with pytest.raises(CnnplayError) as caught:
        import_csv(tmp_path / "bad.csv", shelf, said)
    assert re.search(BAD[content], str(caught.value))
    assert len(str(caught.value).splitlines()) == 1
    assert {run.id for run in shelf.list_runs()} == before


def test_what_is_too_large_or_no_text_is_refused(shelf, tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"step,loss\n1,2\n2,\xff\n")
    with pytest.raises(InputError, match="Line 3 is not text in UTF-8"):
        import_csv(path, shelf, NO_FACTS)
    with pytest.raises(InputError, match="cannot be read"):
        import_csv(tmp_path / "none.csv", shelf, NO_FACTS)
    path.write_text("step,loss\n1,2\n2,2\n3,2\n")
    monkeypatch.setattr(from_csv, "MAX_ROWS", 2)
    with pytest.raises(InputError, match="more than 2 rows"):
        import_csv(path, shelf, NO_FACTS)


def test_the_network_and_the_data_set_have_to_be_known(shelf, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("step,loss\n1,2\n")
    with pytest.raises(InputError, match="does not say which network"):
        import_csv(path, shelf)
    with pytest.raises(InputError, match="does not say which data set"):
        import_csv(path, shelf, Said(model="fc2"))
    with pytest.raises(InputError, match="There is no column 'Loss'"):
        import_csv(path, shelf, replace(NO_FACTS, columns={"Loss": "loss"}))
    with pytest.raises(InputError, match="cannot be 'colour'"):
        import_csv(path, shelf, replace(NO_FACTS, columns={"loss": "colour"}))
    with pytest.raises(ConfigError, match="has no colour"):
        import_csv(path, shelf, replace(NO_FACTS, config={"colour": 3}))

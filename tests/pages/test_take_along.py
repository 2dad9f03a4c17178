"""Curves that leave and arrive on the pages, and runs without a network wherever runs are shown."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert
from streamlit.testing.v1 import AppTest

from cnnplay.runs.elsewhere import packages
from cnnplay.runs.elsewhere.csv_runs import Said, import_csv
from cnnplay.runs.elsewhere.to_csv import export_to_csv
from cnnplay.runs.records import Metric, Run, metric_to_row
from cnnplay.runs.schema import metrics
from cnnplay.runs.store import open_store
from cnnplay.ui import downloads
from cnnplay.ui.networks import list_run_networks

from .runs import add_run

Open = Callable[..., AppTest]
pytestmark = pytest.mark.usefixtures("home")
VALIDATION_ALONE = "step,epoch,val_acc\n10,1,50\n20,2,75\n"
WITH_LOSS = "step,epoch,loss,acc,val_acc,elapsed_s,lr\n10,1,2,0.5,0.4,3,0.1\n20,2,1,0.6,0.5,6,0.1\n"


def bring_curves(folder: Path, content: str, *, name: str, model: str, dataset: str = "mnist-5k") -> Run:
    path = folder / "theirs.csv"
    path.write_text(content)
    (run,) = import_csv(path, open_store(), Said(name=name, model=model, dataset=dataset)).runs
    return run


def buttons(app: AppTest) -> dict[str, object]:
    return {button.key.partition("_")[0]: button.proto for button in app.get("download_button")}


def open_run(open_page: Open, run: Run) -> AppTest:
    return open_page("train", address={"run": run.id}, run_take_along=True)


def test_a_finished_run_is_taken_along_from_its_fold(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    run = add_run("fc2", "mnist-5k", "Mine")
    point = Metric(kind="train", step=30, epoch=2.0, elapsed_s=1.0, loss=0.5, accuracy=0.9)
    with open_store().database.write() as connection:
        connection.execute(insert(metrics), {"run_id": run.id, **metric_to_row(point)})
    app = open_run(open_page, run)
    assert not app.exception
    assert set(buttons(app)) == {"download", "onnx", "script", "csv", "tensorboard"}
    assert any(f"runs export {run.short_id} --mlflow URI" in each.value for each in app.caption)
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    there = buttons(app.run())
    assert there["tensorboard"].disabled
    assert "requirements" in there["tensorboard"].help
    assert not there["csv"].disabled


def test_what_is_downloaded_is_what_the_command_line_gives(tmp_path: Path) -> None:
    run = bring_curves(tmp_path, WITH_LOSS, name="Theirs", model="fc2")
    with zipfile.ZipFile(io.BytesIO(downloads._make_events(run))) as packed:
        assert [name.partition("/")[0] for name in packed.namelist()] == [f"fc2-mnist-5k-{run.short_id}"]
    rows = list(csv.DictReader(io.StringIO(export_to_csv(open_store(), [run]).decode())))
    assert [row["loss"] for row in rows if row["kind"] == "train"] == ["2.0", "1.0"]


def test_a_run_that_has_nothing_yet_says_so(open_page: Open) -> None:
    app = open_run(open_page, add_run("fc2", "mnist-5k", "New", end=None))
    assert not app.exception
    assert buttons(app) == {}
    assert any("nothing of this run to take along yet" in each.value for each in app.caption)


@pytest.mark.parametrize(("content", "model"), [(VALIDATION_ALONE, "resnet18"), (WITH_LOSS, "fc2")])
def test_curves_without_a_network_are_shown_on_retrain(
    open_page: Open, tmp_path: Path, content: str, model: str
) -> None:
    run = bring_curves(tmp_path, content, name="Theirs", model=model)
    app = open_run(open_page, run)
    assert not app.exception
    assert not app.error
    assert any("Came as a file, 2 epochs" in each.value for each in app.get("html"))
    assert set(buttons(app)) == {"csv", "tensorboard"}
    assert not [each for each in app.button if each.label == "Train longer"]
    assert bool([each for each in app.button if each.key == "train_clone"]) == (model == "fc2")
    if model == "fc2":
        app.button(key="train_clone").click().run()
        assert not app.exception


def test_pickers_and_cards_leave_runs_without_a_network_out(open_page: Open, tmp_path: Path) -> None:
    bring_curves(tmp_path, WITH_LOSS, name="Theirs", model="fc2")
    assert list_run_networks() == ()
    app = open_page("models")
    assert not app.exception
    assert not any("<h3>Theirs" in each.value for each in app.get("html"))
    app = open_page("train", train_what=True)
    assert not app.exception
    starts = next(picker for picker in app.selectbox if picker.label == "Start from")
    assert not any("Theirs" in option for option in starts.options)


def test_every_part_of_the_comparison_copes_with_them(open_page: Open, tmp_path: Path) -> None:
    bring_curves(tmp_path, WITH_LOSS, name="Theirs", model="resnet18")
    bring_curves(tmp_path, VALIDATION_ALONE, name="Others", model="fc2")
    add_run("fc2", "mnist-5k", "Mine")
    app = open_page("compare", address={"data": "mnist-5k"})
    assert {"Theirs", "Others", "Mine"} <= set(app.dataframe[0].value["Network"])
    (parts,) = [each for each in app.button_group if each.key == "choice_view"]
    for part in parts.options:
        app.button_group(key="choice_view").set_value(part).run()
        assert not app.exception, part


def place(app: AppTest, content: str, name: str = "their run.csv") -> AppTest:
    (found,) = app.file_uploader
    return found.set_value((name, content.encode(), "text/csv")).run()


def test_curves_are_brought_along_on_the_networks_page(open_page: Open) -> None:
    app = place(open_page("models"), WITH_LOSS)
    assert not app.exception
    assert app.button(key="import_curves").disabled
    app.selectbox(key="import_model").set_value("fc2").run()
    app.selectbox(key="import_dataset").set_value("mnist-5k").run()
    app.button(key="import_curves").click().run()
    assert not app.exception
    assert app.success[0].value.startswith("The curves of their run are here now")
    run = open_store().list_runs()[0]
    assert (run.name, run.model, run.dataset, run.is_imported) == ("their run", "fc2", "mnist-5k", True)
    assert len(open_store().metrics(run.id)) == 4


def test_what_was_exported_here_needs_no_questions(open_page: Open, tmp_path: Path) -> None:
    run = bring_curves(tmp_path, WITH_LOSS, name="First", model="resnet18")
    app = place(open_page("models"), export_to_csv(open_store(), [run]).decode())
    assert not app.exception
    assert app.success[0].value == r"The curves of First are here now\."
    assert len(open_store().list_runs()) == 2


def test_a_bad_table_gets_one_sentence(open_page: Open) -> None:
    app = place(open_page("models"), "model,dataset,step,loss\nfc2,mnist,1,x\n")
    assert not app.exception
    assert "Line 2 says loss 'x', which is no number" in app.error[0].value
    assert "/tmp" not in app.error[0].value
    assert open_store().list_runs() == ()

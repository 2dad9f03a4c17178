"""Runs in MLflow and in TensorBoard, read back with the real packages and compared number by number."""

import json
import math
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from cnnplay.errors import ExportError
from cnnplay.models.card import read_card
from cnnplay.runs.claims import ClaimedRun
from cnnplay.runs.database import Database
from cnnplay.runs.elsewhere import packages
from cnnplay.runs.elsewhere.portrait import draw_portrait
from cnnplay.runs.elsewhere.to_mlflow import export_to_mlflow
from cnnplay.runs.elsewhere.to_tensorboard import event_file, export_to_tensorboard, zip_for_tensorboard
from cnnplay.runs.recorder import Recorder
from cnnplay.runs.schema import runs
from cnnplay.runs.store import RunStore
from cnnplay.runs.training_job import run_job
from cnnplay.settings import HOME_VARIABLE, PROJECT_DIR, run_dir

from .conftest import HERE, begin, claim, make_home, point, put_into, quick

# MLflow reads its own tables with a strategy that SQLAlchemy 2.1 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, unpacked):
    """A store, and a run in it that a worker's own parts have trained."""
    home = make_home(tmp_path_factory.mktemp("elsewhere") / "home", unpacked)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HOME_VARIABLE, str(home))
        store = RunStore(Database(f"sqlite:///{home / 'runs.sqlite'}"))
        run = store.create(quick(seed=3, val_size=500, model_options={"width": 12}), place=HERE, name="A | <b>run</b>")
        claimed = ClaimedRun(store.database, claim(store))
        recorder = Recorder(claimed)
        card = run_job(run.train_config, run_dir(run.id), on_event=recorder.take, before_save=recorder.flush)
        claimed.end("finished", accuracy=card.accuracy, files={p.name: 1 for p in run_dir(run.id).iterdir()})
        yield store, store.get(run.id)
        store.close()


def points_of(store, run, kind):
    return [each for each in store.metrics(run.id) if each.kind == kind]


# TensorBoard


def read_events(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    found.Reload()
    return found


def test_tensorboard_reads_every_point(trained, tmp_path):
    store, run = trained
    (path,) = export_to_tensorboard([draw_portrait(store, run)], tmp_path)
    assert path.parent == tmp_path / f"fc2-mnist-5k-{run.short_id}"
    found = read_events(path.parent)
    names = {"loss", "accuracy", "lr", "images_per_s", "memory_bytes", "epoch"}
    for kind, extra in (("train", names), ("epoch", {"loss", "accuracy", "val_accuracy", "epoch"})):
        points = points_of(store, run, kind)
        assert len(points) > 1
        for name in extra:
            events = found.Scalars(f"{kind}/{name}")
            assert [event.step for event in events] == [each.step for each in points]
            assert [event.value for event in events] == [float(np.float32(getattr(each, name))) for each in points]
            assert [event.wall_time for event in events] == [run.started_at + each.elapsed_s for each in points]
    norms = [each.grad_norms["fc1"] for each in points_of(store, run, "train")]
    assert [event.value for event in found.Scalars("train/grad_norm/fc1")] == pytest.approx(norms, rel=1e-6)
    (end,) = found.Scalars("final/accuracy")
    assert (end.step, end.value, end.wall_time) == (run.step, float(np.float32(run.accuracy)), run.finished_at)
    assert found.Scalars("final/accuracy_low")[0].value < end.value < found.Scalars("final/accuracy_high")[0].value


def test_tensorboard_has_the_settings_and_the_words(trained, tmp_path):
    from tensorboard.plugins.hparams.metadata import (
        SESSION_END_INFO_TAG,
        SESSION_START_INFO_TAG,
        parse_session_end_info_plugin_data,
        parse_session_start_info_plugin_data,
    )

    store, run = trained
    (path,) = export_to_tensorboard([draw_portrait(store, run)], tmp_path)
    found = read_events(path.parent)
    written = found.PluginTagToContent("hparams")
    start = parse_session_start_info_plugin_data(written[SESSION_START_INFO_TAG])
    settings = {name: value.WhichOneof("kind") and list(value.ListFields()[0])[1] if value.ListFields() else 0
                for name, value in start.hparams.items()}  # fmt: skip
    assert settings["lr"] == run.config["lr"]
    assert settings["model_options.width"] == 12
    assert settings["optimizer"] == run.config["optimizer"]
    assert start.start_time_secs == run.started_at
    assert parse_session_end_info_plugin_data(written[SESSION_END_INFO_TAG]).end_time_secs == run.finished_at
    (text,) = found.Tensors("run/text_summary")
    words = text.tensor_proto.string_val[0].decode()
    card = read_card(run_dir(run.id) / "fc2-mnist-5k.json")
    assert f"| data_hash | {card.data_hash} |" in words
    assert "| name | A / <b>run</b> |" in words


def test_exported_again_there_is_one_event_file_and_nothing_half_written(trained, tmp_path):
    store, run = trained
    (path,) = export_to_tensorboard([draw_portrait(store, run)], tmp_path)
    before = path.read_bytes()
    put_into(store, run.id, "finished", name="Another name")
    (again,) = export_to_tensorboard([draw_portrait(store, store.get(run.id))], tmp_path)
    assert again == path
    assert path.read_bytes() != before
    assert list(tmp_path.rglob("*")) == [path.parent, path]
    put_into(store, run.id, "finished", name=run.name)
    assert event_file(draw_portrait(store, run)) == before
    with zipfile.ZipFile(BytesIO(zip_for_tensorboard([draw_portrait(store, run)]))) as packed:
        assert packed.read(f"{path.parent.name}/{path.name}") == before


def test_a_folder_that_cannot_be_written_is_one_sentence(trained, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match="cannot be written"):
        export_to_tensorboard([draw_portrait(*trained)], tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# MLflow


@pytest.fixture(scope="module")
def tracking(tmp_path_factory):
    """A folder for MLflow; it makes its database once."""
    return tmp_path_factory.mktemp("mlflow")


def client_of(tracking):
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=f"sqlite:///{tracking / 'mlflow.db'}")


def found_runs(client, experiment):
    return client.search_runs([client.get_experiment_by_name(experiment).experiment_id])


def test_mlflow_reads_every_point_and_word_and_file(trained, tracking):
    store, run = trained
    portrait = draw_portrait(store, run)
    (exported,) = export_to_mlflow([portrait], str(tracking), experiment="whole")
    client = client_of(tracking)
    (found,) = found_runs(client, "whole")
    assert found.info.run_id == exported.mlflow_id
    assert (found.info.run_name, found.info.status) == (run.name, "FINISHED")
    assert (found.info.start_time, found.info.end_time) == (round(run.started_at * 1e3), round(run.finished_at * 1e3))
    assert found.data.params == {name: str(value) for name, value in portrait.params.items()}
    assert (found.data.params["lr"], found.data.params["model_options.width"]) == (str(run.config["lr"]), "12")
    card = read_card(run_dir(run.id) / "fc2-mnist-5k.json")
    for name in ("code_version", "data_hash", "hardware", "precision"):
        assert found.data.tags[f"cnnplay.{name}"] == getattr(card, name)
    assert found.data.tags["cnnplay.seed"] == "3"
    for kind in ("train", "epoch"):
        points = points_of(store, run, kind)
        for name in ("loss", "accuracy"):
            history = client.get_metric_history(exported.mlflow_id, f"{kind}/{name}")
            assert [(each.step, each.value, each.timestamp) for each in history] == [
                (each.step, getattr(each, name), round(1e3 * (run.started_at + each.elapsed_s))) for each in points
            ]
    assert found.data.metrics["final/accuracy"] == run.accuracy
    assert found.data.metrics["final/accuracy_low"] == card.accuracy_low
    assert exported.n_points == sum(map(len, portrait.scalars.values()))
    names = {each.path for each in client.list_artifacts(exported.mlflow_id)}
    assert names == {"fc2-mnist-5k.safetensors", "fc2-mnist-5k.json", "fc2-mnist-5k.test.safetensors"}
    copy = Path(client.download_artifacts(exported.mlflow_id, "fc2-mnist-5k.safetensors"))
    assert copy.read_bytes() == (run_dir(run.id) / "fc2-mnist-5k.safetensors").read_bytes()


def test_a_run_that_still_trains_is_brought_up_to_date_and_nothing_is_doubled(home, tracking, tmp_path):
    store = RunStore(Database(f"sqlite:///{tmp_path / 'runs.sqlite'}"))
    run, claimed = begin(store)
    claimed.attach(step=0, n_steps=20)
    claimed.add_metrics([point(step) for step in (1, 2, 3)])
    (first,) = export_to_mlflow([draw_portrait(store, store.get(run.id))], str(tracking), experiment="live")
    client = client_of(tracking)
    assert found_runs(client, "live")[0].info.status == "RUNNING"
    claimed.add_metrics([point(4, loss=None), point(4, kind="epoch", val_accuracy=0.5)])
    claimed.end("finished", accuracy=0.9)
    (second,) = export_to_mlflow([draw_portrait(store, store.get(run.id))], str(tracking), experiment="live")
    (third,) = export_to_mlflow([draw_portrait(store, store.get(run.id))], str(tracking), experiment="live")
    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert first.mlflow_id == second.mlflow_id == third.mlflow_id
    assert (third.n_points, third.kept_params) == (0, ())
    (found,) = found_runs(client, "live")
    assert found.info.status == "FINISHED"
    losses = client.get_metric_history(found.info.run_id, "train/loss")
    assert [each.step for each in losses] == [1, 2, 3, 4]
    assert [math.isnan(each.value) for each in losses] == [False, False, False, True]
    with store.database.write() as connection:
        config = {**run.config, "epochs": 7.0}
        connection.execute(update(runs).where(runs.c.id == run.id).values(config=config, name="Longer"))
    (longer,) = export_to_mlflow([draw_portrait(store, store.get(run.id))], str(tracking), experiment="live")
    (found,) = found_runs(client, "live")
    assert longer.kept_params == ("epochs",)
    assert (found.data.params["epochs"], found.data.tags["cnnplay.now.epochs"]) == (str(run.config["epochs"]), "7.0")
    assert found.info.run_name == "Longer"
    store.close()


def test_what_mlflow_refuses_is_one_sentence_without_a_password(trained, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    portrait = draw_portrait(*trained)
    (tmp_path / "old" / "0").mkdir(parents=True)
    (tmp_path / "old" / "0" / "meta.yaml").touch()
    with pytest.raises(ExportError, match="migrate-filestore"):
        export_to_mlflow([portrait], str(tmp_path / "old"))
    with pytest.raises(ExportError, match="does not take it") as caught:
        export_to_mlflow([portrait], "http://me:secret@127.0.0.1:9/")
    assert "secret" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_package_says_how_to_get_it(trained, tmp_path, monkeypatch):
    portrait = draw_portrait(*trained)
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(ExportError, match=r"MLflow is not installed here\. Get it: python -m pip install -r"):
        export_to_mlflow([portrait], str(tmp_path))
    with pytest.raises(ExportError, match="TensorBoard is not installed here"):
        export_to_tensorboard([portrait], tmp_path)


HOME_ALONE = """
import socket, sys
connect = socket.socket.connect
def only_here(self, address):
    assert self.family == socket.AF_UNIX, address
    return connect(self, address)
socket.socket.connect = only_here
from cnnplay.cli.main import main
code = main(["runs", "export", sys.argv[1], "--mlflow", sys.argv[2], "--tensorboard", sys.argv[2], "--json"])
from mlflow.telemetry.client import get_telemetry_client
sys.exit(code or get_telemetry_client() is not None)
"""


def test_nothing_phones_home(trained, tracking):
    """Outside of tests and CI, where MLflow would not do so anyway."""
    _, run = trained
    quiet = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI", "GITHUB"))}
    command = [sys.executable, "-c", HOME_ALONE, run.id[:8], str(tracking)]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=quiet, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)["exported"]
    assert document["runs"] == [run.id]
    assert document["mlflow"][0]["is_new"]
    assert Path(document["tensorboard"][0]).is_file()

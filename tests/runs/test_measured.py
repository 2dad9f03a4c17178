"""What was measured is kept by content: copies of weights share it, other weights and other data do not."""

import json
import shutil

import pytest

from cnnplay.data.store import load_dataset
from cnnplay.errors import CheckpointError, InputError
from cnnplay.evaluation.corruptions import corruptions_for
from cnnplay.evaluation.latency import Timing
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.runs.measured import (
    SHIPPED_SUFFIX,
    Curve,
    Latency,
    data_hash,
    export_robustness,
    read_latency,
    read_robustness,
    weights_hash,
    write_curve,
    write_latency,
)
from cnnplay.settings import home_dir

KEYS = [each.key for each in corruptions_for(1)]


@pytest.fixture
def weights(home, tmp_path):
    path = tmp_path / "fc2-mnist-5k.safetensors"
    save_weights(build("fc2"), path, key="fc2")
    return path


def keep(weights, *keys, accuracies=(0.9, 0.8, 0.6), **changes):
    facts = {"hardware": "2 cores", "measured_at": "2026-01-01", "strengths": (0.0, 1.0, 2.0), "accuracies": accuracies}
    where = {"dataset": "mnist-5k", "data_hash": data_hash("mnist-5k"), "n": 1000, **changes}
    for key in keys:
        write_curve(weights, Curve(corruption=key, **facts), **where)


def test_curves_are_kept_one_by_one_and_count_when_all_are_there(weights):
    assert read_robustness(weights, "mnist-5k", partial=True) is None
    keep(weights, *KEYS[1:])
    assert read_robustness(weights, "mnist-5k") is None
    assert [curve.corruption for curve in read_robustness(weights, "mnist-5k", partial=True).curves] == KEYS[1:]
    keep(weights, KEYS[0], accuracies=(0.9, 0.5, 0.3))
    found = read_robustness(weights, "mnist-5k")
    assert [curve.corruption for curve in found.curves] == KEYS
    assert (found.clean, found.n, found.is_complete) == (0.9, 1000, True)
    assert found.mean == pytest.approx((0.4 + 0.7 * (len(KEYS) - 1)) / len(KEYS))
    assert found.curve("fog") is None


def test_a_copy_of_the_weights_shares_them_and_other_weights_do_not(weights, tmp_path):
    keep(weights, *KEYS)
    copy, other = tmp_path / "copy.safetensors", tmp_path / "other.safetensors"
    shutil.copy(weights, copy)
    save_weights(build("fc2"), other, key="fc2")
    assert read_robustness(copy, "mnist-5k") == read_robustness(weights, "mnist-5k") is not None
    assert weights_hash(copy) == weights_hash(weights) != weights_hash(other)
    assert read_robustness(other, "mnist-5k") is None
    shutil.copy(other, weights)
    assert read_robustness(weights, "mnist-5k") is None


def test_shipped_curves_count_as_long_as_weights_data_and_version_are_theirs(weights):
    keep(weights, *KEYS)
    shipped, known = weights.with_suffix(SHIPPED_SUFFIX), read_robustness(weights, "mnist-5k")
    export_robustness(weights, known, shipped)
    shutil.rmtree(home_dir() / "measured")
    assert read_robustness(weights, "mnist-5k") == known
    assert read_robustness(weights, "mnist") is None
    for change in ({"weights_hash": "0"}, {"data_hash": "0"}, {"version": 0}, {"curves": None}):
        shipped.write_text(json.dumps(json.loads(shipped.read_text()) | change))
        assert read_robustness(weights, "mnist-5k") is None
        export_robustness(weights, known, shipped)
    shipped.write_text("{")
    assert read_robustness(weights, "mnist-5k") is None


def test_where_the_data_are_not_here_shipped_curves_are_believed(weights, monkeypatch, tmp_path):
    monkeypatch.setenv("CNNPLAY_DATA", str(tmp_path / "none"))
    assert data_hash("mnist") is None
    keep(weights, *KEYS, dataset="mnist", data_hash="f" * 32)
    assert read_robustness(weights, "mnist").data_hash == "f" * 32


def test_the_hash_of_the_data_is_that_of_their_content(home):
    from cnnplay.data.store import content_hash

    assert data_hash("mnist-5k") == content_hash(load_dataset("mnist-5k"))


def test_speed_is_kept_for_this_machine(weights, monkeypatch):
    assert read_latency(weights) is None
    timing = Timing(batch=1, median_ms=2.0, low_ms=1.5, high_ms=2.5, n=9)
    batch = Timing(batch=256, median_ms=128.0, low_ms=120.0, high_ms=140.0, n=7)
    facts = {"device": "cpu", "hardware": "x", "threads": 1, "torch_version": "2.14", "measured_at": "2026-01-01"}
    latency = Latency(single=timing, batch=batch, **facts)
    write_latency(weights, latency)
    assert read_latency(weights) == latency
    assert latency.images_per_s == 2000
    monkeypatch.setattr("cnnplay.runs.measured._this_machine", lambda: "another")
    assert read_latency(weights) is None


def test_nothing_half_written_is_left(weights):
    keep(weights, KEYS[0])
    assert not list((home_dir() / "measured").rglob("*.part"))


def test_measuring_finds_what_is_missing_refuses_what_does_not_fit_and_what_changed(weights):
    from cnnplay.runs.measuring import measure_curves, open_network, time_network

    keep(weights, *KEYS[:-2])
    network = open_network(weights)
    steps = [each.step for each in measure_curves([network], "mnist-5k")]
    done = read_robustness(weights, "mnist-5k")
    assert steps == sorted(steps)
    assert done.curves[0].hardware == "2 cores"
    assert done.curves[-1].accuracies[0] == done.clean == 0.9  # known before, and not read again
    assert [each.step for each in measure_curves([network], "mnist-5k")] == [steps[-1]]
    assert 0 < time_network(network).single.median_ms < time_network(network).batch.median_ms
    save_weights(build("fc2"), weights, key="fc2")
    with pytest.raises(CheckpointError, match="changed while it was measured"):
        time_network(network)


def test_pictures_of_another_shape_are_refused(home, tmp_path):
    from cnnplay.runs.measuring import measure_curves, open_network

    path = tmp_path / "lenet5.safetensors"
    save_weights(build("lenet5"), path, key="lenet5")
    with pytest.raises(InputError, match=r"lenet5 takes pictures \(3, 32, 32\) of 10 classes; mnist-5k has"):
        list(measure_curves([open_network(path)], "mnist-5k"))

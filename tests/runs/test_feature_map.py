from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnplay.data.store import load_dataset
from cnnplay.errors import DataError
from cnnplay.models.card import list_cards, shipped_files
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.runs.answers import load_answer_key
from cnnplay.runs.feature_map import export_map, read_map, shipped_map_file, write_map
from cnnplay.runs.measurements import plan
from cnnplay.runs.measuring import draw_map, open_network, run_measurement
from cnnplay.runs.store import open_store
from cnnplay.settings import DATA_VARIABLE

MAX_BYTES = 60_000


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "fc2-mnist-5k.safetensors"
    save_weights(build("fc2"), path, key="fc2")
    return path


def test_a_map_is_drawn_kept_by_the_weights_and_forgotten_with_them(weights, monkeypatch):
    monkeypatch.setattr("cnnplay.evaluation.feature_map.N_LAYOUT_STEPS", 50)
    steps = list(draw_map(open_network(weights), "mnist-5k"))
    assert steps[0].step == 0
    assert steps[-1].step == steps[-1].n_steps
    found = read_map(weights, "mnist-5k")
    key = load_answer_key("mnist-5k")
    assert found is not None
    assert (found.n, found.n_features, found.perplexity) == (1000, 8, 30)
    assert sorted(found.places(key)) == list(range(1000))
    assert read_map(weights, "mnist") is None

    shipped = shipped_map_file(weights)
    export_map(weights, replace(found, made_at="2026-01-01"), shipped)
    again = read_map(weights, "mnist-5k")
    assert again is not None
    assert again.made_at == "2026-01-01"
    np.testing.assert_allclose(again.xy, found.xy)

    save_weights(build("fc2"), weights, key="fc2")
    assert read_map(weights, "mnist-5k") is None
    shipped.write_bytes(b"no map")
    assert read_map(weights, "mnist-5k") is None
    write_map(weights, found)
    assert read_map(weights, "mnist-5k") is not None


def test_a_map_is_measured_in_the_queue_once(weights, monkeypatch):
    monkeypatch.setattr("cnnplay.evaluation.feature_map.N_LAYOUT_STEPS", 50)
    wanted, _ = plan(str(weights), open_store(), what=("map",))
    assert wanted.dataset == "mnist"  # what the architecture is made for: the file names no other
    wanted, _ = plan(str(weights), open_store(), dataset="mnist-5k", what=("map",))
    steps = [(each.step, each.n_steps) for each in run_measurement(wanted, open_store())]
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert read_map(weights, "mnist-5k") is not None
    assert [each.n_steps for each in run_measurement(wanted, open_store())] == [0]


@pytest.mark.parametrize("key", [card.model for card in list_cards()])
def test_every_shipped_network_has_a_small_map_of_the_test_pictures(key, monkeypatch, tmp_path):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))  # the right answers that ship, whoever has the pictures
    files = shipped_files(key)
    assert shipped_map_file(files.weights).stat().st_size <= MAX_BYTES
    dataset = files.weights.stem.rpartition("-")[2]
    found = read_map(files.weights, dataset)
    assert found is not None
    answers = load_answer_key(dataset)
    counts = np.bincount(answers.labels[found.places(answers)])
    assert counts.tolist() == [300] * 10
    assert np.isfinite(found.xy).all()
    assert (np.abs(found.xy).max(), np.abs(found.xy).min(0).max() < 0.1) == (1, True)


def test_a_map_of_other_pictures_is_told_from_one_of_these(weights):
    key = load_answer_key("mnist-5k")
    data = load_dataset("mnist-5k")
    assert len(data.test_labels) == key.n
    found = read_map(shipped_files("fc2").weights, "mnist")
    assert found is not None
    with pytest.raises(DataError, match="others than those on the map"):
        found.places(key)

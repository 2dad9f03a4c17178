"""Training on classes of one's own, in a real worker, to a network that knows their names."""

import numpy as np
import pytest

from cnnplay.data.own_books import add_drawing, create_book, delete_own, make_set_of_book
from cnnplay.errors import CheckpointError
from cnnplay.inference.predictor import load_predictor
from cnnplay.models.card import checkpoint_files, read_card
from cnnplay.runs.calibrate import TOO_FEW
from cnnplay.runs.executor import this_place
from cnnplay.runs.export import export_safetensors
from cnnplay.runs.imported import import_network
from cnnplay.runs.script import gather_facts
from cnnplay.runs.weights import trained_from_run
from cnnplay.settings import run_dir

from .conftest import quick
from .workers import work_here

CLASSES = ("bar", "ring")


@pytest.fixture
def book(home):
    """A dozen bars and rings, no two alike."""
    key = create_book("Shapes", CLASSES).key
    angle = np.linspace(0, 2 * np.pi, 24)
    for i in range(12):
        add_drawing(key, "bar", (np.array([[60.0, 60.0 + 9 * i], [220.0, 200.0 - 7 * i]]),))
        add_drawing(key, "ring", (np.stack([140 + 60 * np.cos(angle), 140 + (40 + 3 * i) * np.sin(angle)], axis=1),))
    return key


@pytest.fixture
def run(book, live_store):
    """One that has learned them."""
    config = quick(dataset=make_set_of_book(book).spec.key, model_options={"n_classes": 2}, epochs=30, batch_size=8)
    made = live_store.create(config, place=this_place(), name="Shapes")
    done = work_here(made.id)
    assert done.returncode == 0, done.stderr
    return live_store.get(made.id)


def test_a_small_set_trains_to_a_network_that_is_used_by_name(run, book, live_store, tmp_path):
    assert (run.state, run.error) == ("finished", None)
    files = checkpoint_files(run_dir(run.id), "fc2", run.dataset)
    card = read_card(files.card)
    assert card.classes == CLASSES
    assert card.accuracy >= 0.5
    assert TOO_FEW in card.limits
    assert card.none_of_these == {}
    predictor = load_predictor(files.weights)
    assert predictor.classes == CLASSES
    assert predictor.predict(np.zeros((1, 28, 28), np.uint8)).none_prob == 0

    facts = gather_facts(trained_from_run(run))
    assert facts["dataset"]["classes"] == CLASSES

    path = tmp_path / "mine.safetensors"
    path.write_bytes(export_safetensors(trained_from_run(run)))
    again = import_network(path, live_store)
    assert again.accuracy == run.accuracy
    delete_own(book)
    elsewhere = import_network(path, live_store)
    assert (elsewhere.accuracy, elsewhere.dataset) == (None, run.dataset)


def test_a_file_cannot_name_a_set_that_leads_elsewhere(live_store, tmp_path, run):
    path = tmp_path / "bad.safetensors"
    data = export_safetensors(trained_from_run(run))
    path.write_bytes(data.replace(run.dataset.encode(), b"own-../../ab"))
    with pytest.raises(CheckpointError, match="not known here"):
        import_network(path, live_store)


def test_a_run_whose_set_is_gone_fails_with_a_sentence(book, live_store):
    key = make_set_of_book(book).spec.key
    made = live_store.create(quick(dataset=key, model_options={"n_classes": 2}), place=this_place(), name="Late")
    delete_own(book)
    work_here(made.id)
    found = live_store.get(made.id)
    assert found.state == "failed"
    assert "is not here" in found.error

"""Taught runs: a worker of their own, a receipt that adds up, and the same network however often they are killed."""

from dataclasses import replace

import numpy as np
import pytest

from cnnplay.data.corrections import add_correction, freeze, list_corrections, new_hand, remove_correction
from cnnplay.data.store import load_dataset
from cnnplay.errors import CheckpointError, ExportError
from cnnplay.models.card import read_card
from cnnplay.runs.place import this_place
from cnnplay.runs.rereading import DOUBT_TAKEN_OVER
from cnnplay.runs.script import export_script
from cnnplay.runs.teaching import RECEIPT_NAME, count_classes, read_receipt
from cnnplay.runs.weights import trained_from_run
from cnnplay.settings import run_dir
from cnnplay.training.recipes import TAUGHT, teaching_config

from .conftest import HERE, claim, quick
from .workers import (
    kill_worker,
    let_time_pass,
    log_of,
    needs_proc,
    no_half_written,
    wait_for_state,
    wait_until,
    weights,
    work_here,
)

DIGITS = tuple("0123456789")
N = 10


@pytest.fixture
def store(live_store):
    return live_store


def moved_digits(hand):
    """Digits out of place, as a network has not seen them, kept in a hand."""
    data = load_dataset("mnist-5k")
    for image, label in zip(data.test_images[:N], data.test_labels[:N], strict=True):
        moved = np.roll(np.asarray(image), 5, axis=2)
        add_correction(hand, moved, classes=DIGITS, label=DIGITS[label], answer="?", prob=0.4, network="fc2")
    return list_corrections(hand)[0]


def lesson(start_from, key, **changes):
    own = {"dataset": "mnist-5k", "device": "cpu", "precision": "fp32", **changes}
    return teaching_config("fc2", start_from=start_from, corrections=key, **own)


def trained(store):
    run = store.create(quick(epochs=1), place=this_place())
    assert work_here(run.id).returncode == 0
    return run


def test_a_lesson_ends_with_a_receipt_that_adds_up(store):
    origin = trained(store)
    config = lesson(origin.id, freeze(moved_digits(new_hand())), epochs=6)
    run = store.create(config, place=this_place(), parent_id=origin.id)
    done = work_here(run.id)
    assert done.returncode == 0, done.stderr
    run, before = store.get(run.id), store.get(origin.id)
    receipt, card = read_receipt(run), read_card(run_dir(run.id) / "fc2-mnist-5k.json")
    assert receipt is not None
    assert (receipt.n_test, len(receipt.corrections), receipt.taught_from) == (1000, N, origin.name)
    assert receipt.accuracy_before == pytest.approx(before.accuracy)
    assert receipt.accuracy_after == pytest.approx(run.accuracy) == card.accuracy
    lost = receipt.n_newly_wrong - receipt.n_newly_right
    assert lost == round(1000 * (before.accuracy - run.accuracy))
    assert receipt.n_learned > receipt.n_known
    old = read_card(run_dir(origin.id) / "fc2-mnist-5k.json")
    assert card.none_of_these == old.none_of_these
    assert card.limits[-1] == DOUBT_TAKEN_OVER
    with pytest.raises(ExportError, match="learned from corrections"):
        export_script(trained_from_run(run), file_name="x.py")
    (run_dir(run.id) / RECEIPT_NAME).write_text("{}")
    with pytest.raises(CheckpointError, match="no receipt"):
        read_receipt(run)


@needs_proc
def test_killed_it_goes_on_to_the_same_network_whatever_became_of_the_hand(store, executor):
    origin, hand = trained(store), new_hand()
    config = lesson(origin.id, freeze(moved_digits(hand)), epochs=15, replay=4000, batch_size=16)
    undisturbed = store.create(config, place=this_place())
    assert work_here(undisturbed.id).returncode == 0
    run = executor.submit(config)
    wait_until(lambda: store.get(run.id).step > 300, f"step 300 {log_of(run.id)}")
    kill_worker(run.id)
    for each in list_corrections(hand)[0]:
        remove_correction(hand, each.id)
    let_time_pass(store, run.id)
    store.delete(origin.id)
    executor.resume(run.id)
    done = wait_for_state(store, run.id, "finished", "failed", "interrupted")
    assert (done.state, done.error) == ("finished", None)
    assert weights(run.id) == weights(undisturbed.id)
    assert no_half_written(run.id)


def test_a_lesson_needs_not_wait_for_a_long_training(store):
    taught = replace(quick(), recipe=TAUGHT)
    long, next_long = (store.create(quick(seed=seed), place=HERE) for seed in range(2))
    first, second = (store.create(replace(taught, seed=seed), place=HERE) for seed in range(2))
    held = [claim(store, n_slots=1) for _ in range(3)]
    assert [(each.run_id, each.slot) for each in held if each] == [(long.id, 0), (first.id, 1)]
    assert held[2] is None
    assert [store.get(run.id).state for run in (next_long, second)] == ["queued", "queued"]


def test_right_answers_are_counted_by_class():
    labels = np.array([0, 0, 1, 1, 2])
    before, after = np.array([0, 0, 1, 2, 2]), np.array([1, 1, 1, 1, 2])
    changes = [(each.n, each.n_before, each.n_after) for each in count_classes("abc", before, after, labels)]
    assert changes == [(2, 2, 0), (2, 1, 2), (1, 1, 1)]

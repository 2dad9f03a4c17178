"""What networks answered to the test pictures: kept by picture, found in any order, exact in its first choice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnplay.data.store import load_dataset, write_dataset
from cnnplay.errors import DataError, DataMissingError
from cnnplay.models.card import load_card
from cnnplay.models.registry import list_specs
from cnnplay.runs.answers import (
    answer_key_file,
    answers_file,
    load_answer_key,
    load_answers,
    write_answer_key,
    write_answers,
)
from cnnplay.settings import CHECKPOINTS_VARIABLE, DATA_VARIABLE, HOME_VARIABLE

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))


@pytest.mark.parametrize("spec", [*list_specs("mnist"), *list_specs("cifar10")], ids=lambda spec: spec.key)
def test_the_shipped_answers_come_to_the_accuracy_on_the_card_without_the_pictures(spec):
    key, card = load_answer_key(spec.dataset), load_card(spec.key)
    assert card is not None
    answers = load_answers(answer_key_file(spec.dataset).with_name(f"{spec.key}-{spec.dataset}.safetensors"), key)
    assert answers is not None
    assert (key.n, len(key.classes)) == answers.shape == (10_000, 10)
    assert (answers.argmax(1) == key.labels).mean() == pytest.approx(card.accuracy, abs=1e-9)
    per_class = [(answers[key.labels == k].argmax(1) == k).mean() for k in range(10)]
    assert per_class == pytest.approx(list(card.per_class_accuracy.values()), abs=1e-9)


def test_answers_are_found_in_any_order_and_for_no_other_pictures(tmp_path):
    data = load_dataset("mnist-5k")
    logits = RNG.normal(size=(len(data.test_labels), 10)).astype(np.float32)
    weights = tmp_path / "a.safetensors"
    write_answers(answers_file(weights), data, logits)
    key = load_answer_key("mnist-5k")
    found = load_answers(weights, key)
    assert found is not None
    assert np.array_equal(found.argmax(1), logits.argmax(1))
    backwards = replace(key, hashes=key.hashes[::-1].copy(), labels=key.labels[::-1].copy())
    assert np.array_equal(load_answers(weights, backwards), found[::-1])
    assert load_answers(weights, replace(key, hashes=key.hashes + np.uint64(1))) is None
    assert load_answers(weights, replace(key, classes=(*key.classes, "other"))) is None
    assert load_answers(tmp_path / "none.safetensors", key) is None


def test_half_precision_makes_no_second_choice_the_first(tmp_path):
    data = load_dataset("mnist-5k")
    logits = np.zeros((len(data.test_labels), 10), np.float32)
    logits[:, 7] = 1e-4  # closer than half precision can tell
    write_answers(answers_file(tmp_path / "a.safetensors"), data, logits)
    found = load_answers(tmp_path / "a.safetensors", load_answer_key("mnist-5k"))
    assert found is not None
    assert set(found.argmax(1)) == {7}


def test_new_answers_in_the_same_file_are_read_anew(tmp_path):
    data, weights = load_dataset("mnist-5k"), tmp_path / "a.safetensors"
    key, logits = load_answer_key("mnist-5k"), np.eye(10, dtype=np.float32)[np.arange(len(data.test_labels)) % 10]
    for shift in (0, 1):
        write_answers(tmp_path / "new", data, np.roll(logits, shift, axis=1))
        (tmp_path / "new").replace(answers_file(weights))
        found = load_answers(weights, key)
        assert found is not None
        assert found.argmax(1)[0] == shift
    (tmp_path / "new").write_bytes(b"nonsense")
    (tmp_path / "new").replace(answers_file(weights))
    assert load_answers(weights, key) is None


def test_the_key_comes_from_the_data_set_where_it_is(tmp_path, monkeypatch):
    data = load_dataset("mnist-5k")
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(tmp_path))
    with pytest.raises(DataMissingError, match="data mnist --download"):
        load_answer_key("mnist")
    write_answer_key(data, answer_key_file("mnist-5k"))
    written = load_answer_key("mnist-5k")
    assert np.array_equal(written.labels, data.test_labels)
    answer_key_file("mnist").write_bytes(b"nonsense")
    with pytest.raises(DataError, match="Restore the file"):
        load_answer_key("mnist")
    copy = tmp_path / "data" / "mnist-5k.safetensors"
    copy.parent.mkdir()
    write_dataset(copy, replace(data, test_labels=data.test_labels[::-1].copy()))
    assert np.array_equal(load_answer_key("mnist-5k").labels, data.test_labels[::-1])

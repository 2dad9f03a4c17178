"""Where networks differ, on what the shipped networks answered: against scikit-learn and counts made another way."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, recall_score

from cnnplay.comparison.differences import (
    class_accuracies,
    confusions,
    in_cell,
    load_pictures,
    read_answers,
    right_of_one,
    wrong_of_all,
)
from cnnplay.comparison.entries import list_entries
from cnnplay.comparison.selection import Comparison
from cnnplay.data.store import image_hashes, is_available
from cnnplay.errors import DataMissingError
from cnnplay.inference.predictor import load_predictor
from cnnplay.runs.answers import AnswerKey, load_answer_key
from cnnplay.settings import DATA_VARIABLE


@pytest.fixture(scope="module")
def key():
    return load_answer_key("cifar10")


@pytest.fixture(scope="module")
def readings(key):
    return read_answers(Comparison(key, list_entries("cifar10")))


def test_confusions_and_class_accuracies_are_those_of_scikit_learn(key, readings):
    for reading in readings:
        assert np.array_equal(confusions(reading, key), confusion_matrix(key.labels, reading.answers))
        assert class_accuracies(reading, key) == pytest.approx(
            recall_score(key.labels, reading.answers, average=None), abs=1e-12
        )


@pytest.mark.skipif(not is_available("cifar10"), reason="CIFAR-10 is not on this machine")
@pytest.mark.parametrize("network", ["lenet5", "speedrun"])
def test_a_network_says_the_same_here_as_where_it_is_asked(key, readings, network):
    (reading,) = (each for each in readings if each.entry.title == network)
    some = np.array([0, 17, 4_321])
    images, predictor = load_pictures(key, some), load_predictor(network)
    asked = np.stack([predictor.predict(image).probs for image in images])
    assert reading.probs[some] == pytest.approx(asked, abs=0.002)


def test_a_class_without_pictures_has_no_accuracy(key, readings):
    few = replace(key, labels=np.zeros_like(key.labels))
    accuracies = class_accuracies(readings[0], few)
    assert np.isnan(accuracies[1:]).all()
    assert 0 <= accuracies[0] <= 1


def test_every_cell_holds_as_many_pictures_as_it_says_the_surest_first(key, readings):
    reading = readings[0]
    counts = confusions(reading, key)
    for cell in np.ndindex(counts.shape):
        pictures = in_cell(reading, key, cell)
        assert len(pictures) == counts[cell]
        assert np.all(np.diff(reading.sure[pictures]) <= 0)


def test_what_two_say_alike_is_left_out_of_their_difference(key, readings):
    a, b = readings[:2]
    gaps = confusions(a, key) - confusions(b, key)
    for cell in np.ndindex(gaps.shape):
        only_a, only_b = in_cell(a, key, cell, unlike=b), in_cell(b, key, cell, unlike=a)
        assert not set(only_a) & set(only_b)
        assert len(only_a) - len(only_b) == gaps[cell]


def test_the_lists_hold_the_surest_mistakes_first(key, readings):
    a, b = readings[:2]
    found = right_of_one(a, b, key)
    assert set(found) == set(np.flatnonzero((a.answers == key.labels) & ~(b.answers == key.labels)))
    assert np.all(np.diff(b.sure[found]) <= 0)
    wrong = wrong_of_all(readings, key)
    assert set(wrong) == {
        at for at in range(key.n) if all(reading.answers[at] != key.labels[at] for reading in readings)
    }
    assert np.all(np.diff(np.mean([reading.sure[wrong] for reading in readings], axis=0)) <= 0)


def test_the_likeliest_answers_begin_with_the_one_that_was_given(readings):
    top = readings[0].top(7, 3)
    assert top[0] == (readings[0].answers[7], readings[0].sure[7])
    assert [prob for _, prob in top] == sorted((prob for _, prob in top), reverse=True)


@pytest.mark.skipif(not is_available("cifar10"), reason="CIFAR-10 is not on this machine: set CNNPLAY_DATA")
def test_pictures_are_found_in_whatever_order_the_data_set_is(key):
    order = np.random.default_rng(0).permutation(key.n)
    shuffled = AnswerKey(dataset=key.dataset, classes=key.classes, hashes=key.hashes[order], labels=key.labels[order])
    pictures = [3, 0, 9999]
    assert np.array_equal(image_hashes(load_pictures(shuffled, pictures)), shuffled.hashes[pictures])


def test_where_the_pictures_are_not_the_command_is_named(key, tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    with pytest.raises(DataMissingError, match="data cifar10 --download"):
        load_pictures(key, [0])

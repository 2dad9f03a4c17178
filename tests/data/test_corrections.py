"""Corrections: kept one by one, taken away and brought back, frozen by content, and never anybody else's."""

import json

import numpy as np
import pytest

from cnnplay.data.arrayfile import write_arrays
from cnnplay.data.corrections import (
    MAX_CORRECTIONS,
    add_correction,
    count_corrections,
    freeze,
    is_hand,
    list_corrections,
    load_frozen,
    new_hand,
    remove_correction,
    restore_correction,
)
from cnnplay.errors import DataError, DataMissingError, InputError
from cnnplay.settings import HOME_VARIABLE, home_dir

DIGITS = tuple("0123456789")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))


def picture(value, shape=(1, 28, 28)):
    return np.full(shape, value, np.uint8)


def add(hand, value=7, *, label="1", classes=DIGITS, shape=(1, 28, 28)):
    image = picture(value, shape)
    return add_correction(hand, image, classes=classes, label=label, answer="7", prob=0.91, network="scribe")


def test_what_is_kept_is_read_back_in_order():
    hand = new_hand()
    added = [add(hand, value) for value in (3, 1, 2)]
    found, n_damaged = list_corrections(hand)
    assert [each.id for each in found] == sorted(each.id for each in added)
    assert sorted(int(each.image[0, 0, 0]) for each in found) == [1, 2, 3]
    first = found[0]
    assert (first.label, first.answer, first.prob, first.network, first.classes) == ("1", "7", 0.91, "scribe", DIGITS)
    assert (n_damaged, count_corrections(hand)) == (0, 3)


def test_hands_are_apart_and_an_unknown_one_is_empty():
    mine, yours = new_hand(), new_hand()
    add(mine)
    assert mine != yours
    assert list_corrections(yours) == ((), 0)


def test_what_was_taken_away_can_be_brought_back():
    hand = new_hand()
    added = add(hand)
    remove_correction(hand, added.id)
    assert list_corrections(hand)[0] == ()
    restore_correction(hand, added.id)
    assert [each.id for each in list_corrections(hand)[0]] == [added.id]
    with pytest.raises(InputError, match="not there any more"):
        restore_correction(hand, added.id)


def test_a_damaged_file_is_left_out_and_counted():
    hand = new_hand()
    kept, broken = add(hand), add(hand)
    folder = home_dir() / "corrections" / hand
    (folder / f"{broken.id}.safetensors").write_bytes(b"short")
    write_arrays(folder / "ffff.safetensors", {"image": picture(1)}, metadata={"facts": json.dumps({"label": "1"})})
    found, n_damaged = list_corrections(hand)
    assert ([each.id for each in found], n_damaged) == ([kept.id], 2)


@pytest.mark.parametrize("name", ["../../etc", "", "ABCDEF0123456789", "0123456789abcdef/..", "0123"])
def test_names_that_are_not_ours_lead_nowhere(name):
    assert not is_hand(name)
    for call in (count_corrections, list_corrections):
        with pytest.raises(InputError):
            call(name)
    with pytest.raises(InputError):
        remove_correction(new_hand(), name)
    with pytest.raises(InputError):
        load_frozen(name)


def test_a_wrong_class_or_picture_is_refused():
    with pytest.raises(InputError, match="none of its classes"):
        add(new_hand(), label="eleven")
    with pytest.raises(InputError, match="picture"):
        add(new_hand(), shape=(28, 28))


def test_a_full_hand_says_so(monkeypatch):
    hand = new_hand()
    folder = home_dir() / "corrections" / hand
    folder.mkdir(parents=True)
    for number in range(MAX_CORRECTIONS):
        (folder / f"{number}.safetensors").touch()
    with pytest.raises(InputError, match="are kept already"):
        add(hand)


def test_frozen_corrections_are_named_by_their_content_and_outlive_the_hand():
    hand, other = new_hand(), new_hand()
    for value in (1, 2):
        add(hand, value, label="4")
        add(other, value, label="4")
    key = freeze(list_corrections(hand)[0])
    assert key == freeze(list_corrections(other)[0])
    for each in list_corrections(hand)[0]:
        remove_correction(hand, each.id)
    frozen = load_frozen(key)
    assert (frozen.images.shape, frozen.classes) == ((2, 1, 28, 28), DIGITS)
    assert frozen.labels.tolist() == [4, 4]
    assert freeze([add(hand, 9)]) != key


def test_only_corrections_of_one_kind_are_frozen_together():
    hand = new_hand()
    with pytest.raises(InputError, match="one kind"):
        freeze([])
    with pytest.raises(InputError, match="one kind"):
        freeze([add(hand), add(hand, shape=(3, 32, 32))])
    with pytest.raises(InputError, match="one kind"):
        freeze([add(hand), add(hand, classes=("1", "7"))])


def test_frozen_corrections_that_are_gone_or_damaged_say_so():
    key = freeze([add(new_hand())])
    path = home_dir() / "data" / f"{key}.safetensors"
    path.write_bytes(b"\0" * 40)
    with pytest.raises(DataError):
        load_frozen(key)
    path.unlink()
    with pytest.raises(DataMissingError, match="Teach the network anew"):
        load_frozen(key)

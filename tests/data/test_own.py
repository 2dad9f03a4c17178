"""Data sets of one's own: made, listed, split, deleted and brought back."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.own import DELETED, KEPT_AFTER_DELETION_S, list_own_specs, own_path
from cnnplay.data.own_books import (
    add_class,
    add_drawing,
    book_path,
    create_book,
    delete_own,
    list_books,
    make_set_of_book,
    read_book,
    take_back,
    undelete_own,
    was_deleted,
)
from cnnplay.data.own_making import Labelled, find_concerns, make_own_set
from cnnplay.data.store import image_hashes, is_available, load_dataset, own_data_dir
from cnnplay.errors import EmptyDrawingError, InputError


@pytest.fixture(autouse=True)
def home(folders: tuple[Path, Path]) -> Path:
    return folders[1]


def labelled(*counts: int, shape: tuple[int, int, int] = (3, 32, 32)) -> Labelled:
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(len(counts)), counts).astype(np.uint8)
    images = rng.integers(0, 256, (len(labels), *shape), dtype=np.uint8)
    return Labelled(images, labels, tuple("abcdefghij"[: len(counts)]))


def circle(height: float = 50) -> tuple[np.ndarray, ...]:
    angle = np.linspace(0, 2 * np.pi, 40)
    return (np.stack([140 + 60 * np.cos(angle), 140 + height * np.sin(angle)], axis=1),)


def cross(height: float = 50) -> tuple[np.ndarray, ...]:
    down = np.array([[80, 140 - height], [200, 140 + height]])
    return (down, down * [1, -1] + [0, 280])


def test_a_set_is_a_data_set_like_any_other() -> None:
    made = make_own_set(labelled(20, 30), title="  Cats &  ships ", source="pets.zip")
    spec = made.spec
    assert get_dataset_spec(spec.key) == spec
    assert list_own_specs() == (spec,)
    assert (spec.title, spec.classes, spec.image_shape, spec.is_own) == ("Cats & ships", ("a", "b"), (3, 32, 32), True)
    assert not spec.is_embedded
    assert is_available(spec.key)
    data = load_dataset(spec.key)
    assert (len(data.train_labels), len(data.test_labels)) == (spec.n_train, spec.n_test)
    assert spec.n_train + spec.n_test == 50
    assert set(data.test_labels.tolist()) == {0, 1}


def test_a_picture_that_is_there_twice_is_kept_once() -> None:
    pictures = labelled(10, 10)
    twice = Labelled(
        np.concatenate([pictures.images, pictures.images[:4], pictures.images[:1]]),
        np.concatenate([pictures.labels, pictures.labels[:4], np.array([1], np.uint8)]),
        pictures.classes,
    )
    made = make_own_set(twice, title="Twice", source="x")
    assert made.n_duplicates == 5
    data = load_dataset(made.spec.key)
    train, test = set(image_hashes(data.train_images).tolist()), set(image_hashes(data.test_images).tolist())
    assert len(train | test) == 20
    assert not train & test


def test_what_cannot_be_learned_from_is_refused_and_leaves_nothing() -> None:
    same = Labelled(np.zeros((8, 3, 32, 32), np.uint8), np.array([0, 1] * 4, np.uint8), ("a", "b"))
    for pictures in (labelled(5), labelled(5, 1), same):
        with pytest.raises(InputError):
            make_own_set(pictures, title="Bad", source="x")
    with pytest.raises(InputError, match="1 to 40 letters"):
        make_own_set(labelled(5, 5), title="x" * 41, source="x")
    assert not own_data_dir().exists()


def test_concerns_are_told_with_their_figures() -> None:
    assert find_concerns({"a": 30, "b": 40}) == ()
    (few,) = find_concerns({"a": 9, "b": 12})
    assert (few.kind, "9 of a" in few.sentence) == ("few", True)
    (uneven,) = find_concerns({"a": 10, "b": 31})
    assert (uneven.kind, "31 of b, 10 of a" in uneven.sentence) == ("uneven", True)


@pytest.mark.parametrize("key", ["own-", "own-xyz", "own-../../etc", "own-0123456", "own-01234567/..", "own-01234567"])
def test_keys_that_name_no_set_here_are_refused(key: str) -> None:
    with pytest.raises(InputError):
        get_dataset_spec(key)


def test_a_damaged_set_is_left_out_of_the_list() -> None:
    spec = make_own_set(labelled(5, 5), title="Good", source="x").spec
    own_path("own-00000000").write_bytes(b"nothing")
    assert list_own_specs() == (spec,)
    with pytest.raises(InputError, match="cannot be read"):
        get_dataset_spec("own-00000000")


def test_a_deleted_set_comes_back_for_a_day() -> None:
    spec = make_own_set(labelled(5, 5), title="Gone", source="x").spec
    delete_own(spec.key)
    assert list_own_specs() == ()
    assert was_deleted(spec.key)
    with pytest.raises(InputError, match="not here"):
        load_dataset(spec.key)
    undelete_own(spec.key)
    assert list_own_specs() == (spec,)
    delete_own(spec.key)
    long_ago = time.time() - KEPT_AFTER_DELETION_S - 10
    os.utime(own_path(spec.key).with_name(own_path(spec.key).name + DELETED), (long_ago, long_ago))
    delete_own("own-00000000")
    assert not was_deleted(spec.key)
    assert list(own_data_dir().iterdir()) == []


def drawn_book(n: int = 6) -> str:
    key = create_book("Shapes", ["circle", "cross"]).key
    for i in range(n):
        add_drawing(key, "circle", circle(40 + 3 * i))
        add_drawing(key, "cross", cross(40 + 3 * i))
    return key


def test_drawings_are_kept_at_once_and_can_be_taken_back() -> None:
    book = create_book("Shapes", ["circle", "cross"])
    add_drawing(book.key, "circle", circle())
    add_drawing(book.key, "cross", cross())
    add_drawing(book.key, "cross", cross(30))
    found = read_book(book.key)
    assert found.counts == {"circle": 1, "cross": 2}
    assert found.drawings[0].image.shape == (1, 28, 28)
    take_back(book.key, found.drawings[-1].id)
    assert read_book(book.key).counts == {"circle": 1, "cross": 1}
    assert add_class(book.key, " star  fish") == "star fish"
    assert read_book(book.key).classes == ("circle", "cross", "star fish")
    assert [each.key for each in list_books()] == [book.key]


def test_what_is_no_drawing_or_no_class_is_refused() -> None:
    key = create_book("Shapes", ["circle", "cross"]).key
    before = book_path(key).read_bytes()
    with pytest.raises(EmptyDrawingError):
        add_drawing(key, "circle", ())
    with pytest.raises(InputError, match="no class 'star'"):
        add_drawing(key, "star", circle())
    with pytest.raises(InputError, match="already"):
        add_class(key, "Circle")
    with pytest.raises(InputError, match="already"):
        create_book("Twice", ["a", "A"])
    with pytest.raises(InputError, match="at least 2"):
        create_book("One", ["a"])
    with pytest.raises(InputError):
        read_book("book-../../x")
    assert book_path(key).read_bytes() == before
    assert len(list_books()) == 1


def test_a_line_torn_by_a_full_disk_costs_one_drawing() -> None:
    key = drawn_book(2)
    with book_path(key).open("a") as file:
        file.write('{"id": "12", "label": "cir')
    add_drawing(key, "circle", circle(77))
    assert read_book(key).counts == {"circle": 3, "cross": 2}


def test_the_states_of_a_book_are_sets_of_their_own() -> None:
    key = drawn_book()
    first = make_set_of_book(key).spec
    assert make_set_of_book(key).spec == first
    assert (first.image_shape, first.n_train + first.n_test, first.book) == ((1, 28, 28), 12, key)
    add_drawing(key, "circle", circle(91))
    add_class(key, "empty yet")
    second = make_set_of_book(key).spec
    assert second.key != first.key
    assert second.classes == ("circle", "cross")
    assert list_own_specs() == (second,)
    assert load_dataset(first.key).spec == first  # runs that learned from it still find it


def test_a_book_is_deleted_with_its_sets_and_comes_back_with_them() -> None:
    key = drawn_book()
    spec = make_set_of_book(key).spec
    delete_own(key)
    assert (list_books(), list_own_specs(), was_deleted(key)) == ((), (), True)
    undelete_own(key)
    assert [book.key for book in list_books()] == [key]
    assert list_own_specs() == (spec,)


def test_a_book_without_enough_drawings_makes_no_set() -> None:
    key = create_book("Shapes", ["circle", "cross"]).key
    with pytest.raises(InputError, match="0 classes"):
        make_set_of_book(key)
    add_drawing(key, "circle", circle())
    with pytest.raises(InputError, match="1 class"):
        make_set_of_book(key)

"""Data sets of one's own on the page of that name: which there are, what is in them, and what can be done with them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.catalog import DatasetSpec
from cnnplay.data.own import list_own_specs, read_own_spec, states_of
from cnnplay.data.own_books import (
    BOOK_PREFIX,
    Book,
    delete_own,
    list_books,
    make_set_of_book,
    read_book,
    undelete_own,
)
from cnnplay.data.own_making import Concern, find_concerns, split_by_hash
from cnnplay.data.store import image_hashes, load_dataset
from cnnplay.errors import CnnplayError, InputError
from cnnplay.runs.schema import ACTIVE
from cnnplay.ui import state, train_form
from cnnplay.ui.pictures import as_paper, data_address
from cnnplay.ui.run_queue import get_store
from cnnplay.ui.train_fields import set_form
from cnnplay.words import listing

SET_PARAMETER = "set"
FIRST_NETWORK = {1: "scribe", 3: "speedrun"}
"""The network that a set of drawings or photos, by its channels, begins with."""
N_COLUMNS = 3
MAX_STRIP, MAX_PICTURES = 12, 240
"""Pictures shown of one class, and of all classes together."""
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class OwnSet:
    """A set as the page shows it, made from a zip or drawn here.

    Attributes:
        key: of the data set, or of the book of drawings.
        title: for people.
        kind: "photos" or "drawings".
        classes: their names.
        images: of each class, (N, C, H, W) uint8.
        is_test: of each class, (N,) True for the pictures that are kept for the test.
    """

    key: str
    title: str
    kind: str
    classes: tuple[str, ...]
    images: tuple[Bytes, ...]
    is_test: tuple[NDArray[np.bool_], ...]

    @property
    def counts(self) -> dict[str, int]:
        """Number of pictures of each class."""
        return {name: len(images) for name, images in zip(self.classes, self.images, strict=True)}

    @property
    def n_test(self) -> int:
        """Number of test pictures."""
        return sum(int(test.sum()) for test in self.is_test)

    @property
    def is_book(self) -> bool:
        """Whether it was drawn here, so that drawings can be added."""
        return self.key.startswith(BOOK_PREFIX)


def list_sets() -> tuple[OwnSet, ...]:
    """Everything that is here, the newest first."""
    found = [(spec.made_at, open_spec(spec)) for spec in list_own_specs() if not spec.book]
    found += [(book.made_at, open_book(book)) for book in list_books()]
    return tuple(own for _, own in sorted(found, key=lambda pair: -pair[0]))


def find_set(key: str) -> OwnSet:
    """The set or book of a key; of a set that was made from a book, the book.

    Raises:
        InputError: it is not here.
    """
    if key.startswith(BOOK_PREFIX):
        return open_book(read_book(key))
    spec = read_own_spec(key)
    return open_book(read_book(spec.book)) if spec.book else open_spec(spec)


def open_spec(spec: DatasetSpec) -> OwnSet:
    """A set that came as a zip."""
    data = load_dataset(spec.key)
    images = np.concatenate([data.train_images, data.test_images])
    labels = np.concatenate([data.train_labels, data.test_labels])
    is_test = np.arange(len(labels)) >= len(data.train_labels)
    kind = "photos" if spec.image_shape[0] == 3 else "drawings"
    return _by_class(spec.key, spec.title, kind, spec.classes, images, labels, is_test)


def open_book(book: Book) -> OwnSet:
    """A book of drawings, the newest drawing of each class first."""
    drawings = book.drawings[::-1]
    images = np.stack([drawing.image for drawing in drawings]) if drawings else np.empty((0, 1, 28, 28), np.uint8)
    labels = np.array([book.classes.index(drawing.label) for drawing in drawings], np.uint8)
    is_test = split_by_hash(image_hashes(images), labels) if drawings else np.empty(0, bool)
    return _by_class(book.key, book.title, "drawings", book.classes, images, labels, is_test)


def _by_class(
    key: str, title: str, kind: str, classes: tuple[str, ...], images: Bytes, labels: Bytes, is_test: NDArray[np.bool_]
) -> OwnSet:
    chosen = [np.flatnonzero(labels == label) for label in range(len(classes))]
    return OwnSet(
        key, title, kind, classes, tuple(images[each] for each in chosen), tuple(is_test[each] for each in chosen)
    )


def show_sets(sets: tuple[OwnSet, ...]) -> None:
    """A card each, in rows that are equally tall."""
    for first in range(0, len(sets), N_COLUMNS):
        for column, own in zip(st.columns(N_COLUMNS), sets[first : first + N_COLUMNS], strict=False):
            with column.container(border=True, height="stretch", key=f"own_{own.key}"):
                st.html(_card(own))
                with st.container(key=f"ways_own_{own.key}", horizontal=True, gap="small"):
                    st.button("Open", key=f"open_{own.key}", on_click=open_set, args=(own.key,))
                    show_way_to_train(own, is_first=False)


def open_set(key: str | None) -> None:
    """Makes a set the page's own, in its address; None goes back to all."""
    if key is None:
        st.query_params.pop(SET_PARAMETER, None)
    else:
        st.query_params[SET_PARAMETER] = key


def show_facts(own: OwnSet) -> None:
    """How many pictures there are, and what is to be said about that."""
    st.html(f'<p class="cp-small">{_facts(own)}</p>{_concerns(find_concerns(own.counts))}')


def show_pictures(own: OwnSet) -> None:
    """A strip of pictures for each class; those kept for the test are framed."""
    n_shown = min(MAX_STRIP, max(3, MAX_PICTURES // max(1, len(own.classes))))
    rows = ""
    for name, images, is_test in zip(own.classes, own.images, own.is_test, strict=True):
        chosen = _choose(is_test, n_shown)
        rows += _strip(name, images[chosen], is_test[chosen], n=len(images))
    st.html(f'<div class="cp-strips">{rows}</div>')
    if own.n_test:
        st.caption("Framed pictures are kept for the test: no network learns from them.")


def show_way_to_train(own: OwnSet, *, is_first: bool = True) -> None:
    """A button that opens Retrain with this set; `is_first` where it is the first thing to do."""
    enough = sum(n > 1 for n in own.counts.values()) > 1
    told = None if enough else "Two drawings of two classes are the least."
    if st.session_state.get(state.OWN_GO) == own.key:
        del st.session_state[state.OWN_GO]
        st.switch_page("pages/train.py")
    look: Literal["primary", "secondary"] = "primary" if is_first else "secondary"
    st.button(
        "Train on it", key=f"train_on_{own.key}", type=look, disabled=not enough, help=told,
        on_click=do, args=(lambda: _fill_form(own),),
    )  # fmt: skip


def _fill_form(own: OwnSet) -> None:
    key = make_set_of_book(own.key).spec.key if own.is_book else own.key
    set_form(train_form.begin(FIRST_NETWORK[own.images[0].shape[1]], dataset=key))
    st.session_state[state.OWN_GO] = own.key


def show_ways(own: OwnSet) -> None:
    """What can be done with an open set."""
    with st.container(key="own_ways", horizontal=True, gap="small"):
        show_way_to_train(own)
        st.button("Delete", key="own_delete", on_click=do, args=(lambda: _delete(own),))


def show_deleted(key: str) -> None:
    """What is left of a deleted set: the way back."""
    st.info("This set was deleted. It can be brought back for a day.")
    st.button("Undo", key="own_undelete", on_click=do, args=(lambda: undelete_own(key),))


def do(deed: Callable[[], object]) -> None:
    """Does it; where it cannot be done keeps the sentence that says why."""
    try:
        deed()
    except CnnplayError as error:
        st.session_state[state.OWN_ERROR] = str(error)


def _delete(own: OwnSet) -> None:
    keys = states_of(own.key) if own.is_book else (own.key,)
    needed_by = [run for run in get_store().list_runs() if run.dataset in keys and run.state in ("queued", *ACTIVE)]
    if needed_by:
        raise InputError(f"The run {needed_by[0].name} learns from {own.title}. Stop it, or wait for its end.")
    delete_own(own.key)


def _card(own: OwnSet) -> str:
    names = listing([escape(name) for name in own.classes[:4]] + (["others"] if len(own.classes) > 4 else []))
    pictures = "".join(
        _picture(images[0], alt=name) for name, images in zip(own.classes[:6], own.images, strict=False) if len(images)
    )
    return (
        f'<div class="cp-card"><h3>{escape(own.title)} <code>{own.kind}</code></h3>'
        f'<div class="cp-strip">{pictures}</div><p>{names}</p><p class="cp-small">{_facts(own)}</p>'
        f"{_concerns(find_concerns(own.counts))}</div>"
    )


def _facts(own: OwnSet) -> str:
    n = sum(own.counts.values())
    n_train = n - own.n_test
    kind = own.kind.removesuffix("s") if n_train == 1 else own.kind
    return f"{len(own.classes)} classes, {n_train:,} {kind} to learn from, {own.n_test:,} for the test"


def _concerns(concerns: tuple[Concern, ...]) -> str:
    return "".join(f'<p class="cp-concern">{escape(concern.sentence)}</p>' for concern in concerns)


def _choose(is_test: NDArray[np.bool_], n: int) -> NDArray[np.intp]:
    """The first n pictures of a class, of both kinds, in their order."""
    n_test = min(int(is_test.sum()), math.ceil(n * is_test.mean())) if len(is_test) else 0
    chosen = np.concatenate([np.flatnonzero(~is_test)[: n - n_test], np.flatnonzero(is_test)[:n_test]])
    return np.sort(chosen)


def _strip(name: str, images: Bytes, is_test: NDArray[np.bool_], *, n: int) -> str:
    pictures = "".join(_picture(image, is_test=bool(test)) for image, test in zip(images, is_test, strict=True))
    more = f"<span>and {n - len(images):,} more</span>" if n > len(images) else ""
    return (
        f'<section><h3 class="cp-h3">{escape(name)} <span class="cp-small">{n:,}</span></h3>'
        f'<div class="cp-strip">{pictures}{more}</div></section>'
    )


def _picture(image: Bytes, *, is_test: bool = False, alt: str = "") -> str:
    shown = as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    return f'<img class="cp-pixels{" cp-test" if is_test else ""}" src="{data_address(shown)}" alt="{escape(alt)}">'

"""Class balance of the Gallery: how many pictures there are of each class, and what follows from it."""

import numpy as np
import streamlit as st

from cnnplay.errors import DataError
from cnnplay.figures.gallery_balance import class_balance
from cnnplay.figures.template import CONFIG
from cnnplay.runs.answers import load_answer_key
from cnnplay.ui.gallery import Shelf, say_missing_pictures
from cnnplay.words import accuracy, plain

EVEN = 1.02
"""Classes of which the largest has at most so many times the pictures of the smallest count as equal."""


def show_balance(shelf: Shelf) -> None:
    """The chart, and two sentences on it."""
    n_classes = len(shelf.spec.classes)
    if shelf.data is None:
        say_missing_pictures(shelf.spec)
        try:
            test_labels = load_answer_key(shelf.spec.key).labels
        except DataError:
            return
        st.caption("Until then the test pictures alone are counted: the right answers to them come with the networks.")
        train = np.zeros(n_classes, np.int64)
    else:
        test_labels = np.asarray(shelf.data.test_labels)
        train = np.bincount(shelf.data.train_labels, minlength=n_classes)
    test = np.bincount(test_labels, minlength=n_classes)
    st.write(_tell(shelf.spec.classes, train if train.any() else test, test))
    chart = class_balance(shelf.spec.classes, train.tolist(), test.tolist(), chosen=shelf.class_idx)
    with st.container(key="gallery_balance_chart"):
        st.plotly_chart(
            chart, key="balance_chart", theme=None, config=CONFIG,
            alt="Pictures of each class: " + "; ".join(
                f"{name} {a:,} and {b:,}" for name, a, b in zip(shelf.spec.classes, train, test, strict=True)
            ),
        )  # fmt: skip


def _tell(classes: tuple[str, ...], counts: np.ndarray, test: np.ndarray) -> str:
    """Of `counts` pictures to learn from, and `test` pictures, by class."""
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[most] <= EVEN * counts[least]:
        balance = f"The classes are equal: {counts[least]:,} pictures each" + (
            "." if counts[most] == counts[least] else ", but for a few."
        )
    else:
        balance = (
            f"Fewest are of {plain(classes[least])}: {counts[least]:,}. Most are of {plain(classes[most])}: "
            f"{counts[most]:,}."
        )
    share = float(test[most] / test.sum())
    return (
        f"{balance} A network that always says {plain(classes[most])} is right on {accuracy(share)} of the test "
        "pictures. Whoever learned something does better."
    )

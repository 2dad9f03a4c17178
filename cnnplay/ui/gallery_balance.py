"""Class balance of the Gallery: how many pictures there are of each class, and what follows from it."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnnplay.errors import DataError
from cnnplay.figures.gallery_balance import class_balance
from cnnplay.figures.template import CONFIG
from cnnplay.runs.answers import load_answer_key
from cnnplay.ui.gallery import Shelf, say_missing_pictures
from cnnplay.words import accuracy, plain

Counts = npt.NDArray[np.int64]


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
    kind, counts = ("training", train) if train.any() else ("test", test)
    st.write(_tell(shelf.spec.classes, counts, test, kind=kind))
    chart = class_balance(shelf.spec.classes, train.tolist(), test.tolist(), chosen=shelf.class_idx)
    with st.container(key="gallery_balance_chart"):
        st.plotly_chart(
            chart, key="balance_chart", theme=None, config=CONFIG,
            alt="Pictures of each class: " + "; ".join(
                f"{name} {a:,} and {b:,}" for name, a, b in zip(shelf.spec.classes, train, test, strict=True)
            ),
        )  # fmt: skip


def _tell(classes: tuple[str, ...], counts: Counts, test: Counts, *, kind: str) -> str:
    """Of `counts` pictures of a kind, and `test` pictures, by class."""
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[most] == counts[least]:
        balance = f"Every class has {counts[least]:,} {kind} pictures."
    else:
        balance = (
            f"A class has from {counts[least]:,} ({plain(classes[least])}) to {counts[most]:,} "
            f"({plain(classes[most])}) {kind} pictures."
        )
    share = float(test[most] / test.sum())
    return (
        f"{balance} A network that always says {plain(classes[most])} is right on {accuracy(share)} of the test "
        "pictures. Whoever learned something does better."
    )

"""A zip of class folders, from the browser to a data set."""

import threading
from pathlib import Path

import streamlit as st

from cnnplay.data.own_making import MAX_NAME_CHARS, Kind, make_own_set
from cnnplay.errors import CnnplayError
from cnnplay.ui import state
from cnnplay.ui.own_sets import open_set
from cnnplay.words import plain

MAX_UPLOAD_MB = 200
"""As data.archive.MAX_ZIP_BYTES."""
KINDS: dict[Kind, str] = {"photos": "Photos, in colour", "drawings": "Drawings: ink on paper"}
LAYOUT = """<pre class="cp-layout">pets.zip
   cat/      tom.jpg, 2.png, ...
   rabbit/   a.jpg, b.webp, ...</pre>"""

_one_at_a_time = threading.Lock()


def show_upload() -> None:
    """The place for the file, what it has to look like, and the button."""
    round_ = st.session_state.setdefault(state.OWN_ZIP_ROUND, 0)
    left, right = st.columns([7, 5], gap="large")
    with left, st.container(key="own_zip"):
        file = st.file_uploader(
            "A zip with one folder for each class", type="zip", key=f"own_zip_{round_}", max_upload_size=MAX_UPLOAD_MB
        )
        kind = st.radio("What the pictures are", list(KINDS), format_func=lambda key: KINDS[key], horizontal=True)
        if file is not None:
            stem = " ".join(Path(file.name).stem.split())[:MAX_NAME_CHARS]
            title = st.text_input("Name", stem, max_chars=MAX_NAME_CHARS, key=f"own_title_{file.file_id}")
            asked = {state.OWN_MAKE: True}
            st.button("Make the set", type="primary", key="own_make", on_click=st.session_state.update, args=(asked,))
            if st.session_state.pop(state.OWN_MAKE, False):
                _make(file.getvalue(), kind=kind, title=title, file_name=file.name)
    with right:
        st.html(
            f'{LAYOUT}<p class="cp-small">The folders are the classes. JPEG, PNG and WEBP pictures are read, at least '
            "two of each class; ten or more are better. A zip with anything else in it is refused.</p>"
        )


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:MAX_NAME_CHARS]


def _make(data: bytes, *, kind: Kind, title: str, file_name: str) -> None:
    """Read it, keep it and open it; a refusal is said here."""
    from cnnplay.data.archive import read_class_zip

    bar = st.progress(0.0, "Reading the pictures")

    def tell(done: int, n: int) -> None:
        bar.progress(done / n, f"Reading picture {done:,} of {n:,}")

    try:
        with _one_at_a_time:
            pictures = read_class_zip(data, kind=kind, on_progress=tell)
            made = make_own_set(pictures, title=title, source=f"the zip {_printable(file_name)}")
    except CnnplayError as error:
        bar.empty()
        st.error(plain(str(error)))
        return
    n = made.spec.n_train + made.spec.n_test
    twice = f" {made.n_duplicates:,} more were there twice and are left out." if made.n_duplicates else ""
    st.session_state[state.OWN_SAID] = f"{n:,} pictures are here now.{twice}"
    st.session_state[state.OWN_ZIP_ROUND] += 1
    open_set(made.spec.key)
    st.rerun()

"""What the Gallery shows: a data set, one of its halves, one class or all, and the picture that was chosen.

All of it stands in the page's address.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnnplay.data.catalog import DatasetSpec, get_dataset_spec, list_dataset_specs
from cnnplay.data.own import list_own_specs
from cnnplay.data.store import Dataset, is_available
from cnnplay.errors import InputError
from cnnplay.ui.address import choose_in_address, read_number
from cnnplay.ui.networks import FIRST_CHOICE
from cnnplay.ui.samples import open_dataset
from cnnplay.words import plain

Split = Literal["test", "train"]
Indices = npt.NDArray[np.int64]
DATA_PARAMETER, SPLIT_PARAMETER, CLASS_PARAMETER = "data", "split", "class"
FIRST_PARAMETER, PICK_PARAMETER = "from", "pick"
ALL = "all"
SPLIT_WORDS: dict[str, str] = {"test": "Test pictures", "train": "Training pictures"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Shelf:
    """What is looked at.

    Attributes:
        spec: of the data set.
        data: its pictures, or None where they are not on this machine.
        split: "test" or "train".
        class_idx: the class, or None for all.
    """

    spec: DatasetSpec
    data: Dataset | None
    split: Split
    class_idx: int | None

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """(N, C, H, W) of that half of the set, which is here."""
        assert self.data is not None
        found: npt.NDArray[np.uint8] = getattr(self.data, f"{self.split}_images")
        return found

    @property
    def labels(self) -> npt.NDArray[np.uint8]:
        """(N,) class indices of that half of the set, which is here."""
        assert self.data is not None
        found: npt.NDArray[np.uint8] = getattr(self.data, f"{self.split}_labels")
        return found

    def indices(self) -> Indices:
        """Indices in that half of the set of all pictures of the class."""
        if self.class_idx is None:
            return np.arange(len(self.labels))
        return np.flatnonzero(self.labels == self.class_idx)

    def class_of(self, index: int) -> str:
        """Name of a picture's class."""
        return self.spec.classes[int(self.labels[index])]


def choose_shelf(*, has_split: bool) -> Shelf:
    """The choices on top of the page.

    Args:
        has_split: whether the split can be chosen.

    Raises:
        DataError: the file of the data set is damaged.
    """
    with st.container(key="gallery_shelf", horizontal=True, gap="medium", vertical_alignment="bottom"):
        spec = get_dataset_spec(_choose_dataset())
        with st.container(key="gallery_class", width="content"):
            class_idx = _choose_class(spec)
        split: Split = "test"
        if has_split:
            split = "train" if _choose_split() == "train" else "test"
        _show_missing()
    data = open_dataset(spec.key) if is_available(spec.key) else None
    return Shelf(spec=spec, data=data, split=split, class_idx=class_idx)


def chosen_picture(n: int) -> int | None:
    """Index of the picture that the address names, or None; n is the number of pictures there are."""
    at = read_number(PICK_PARAMETER, 0, n - 1, -1)
    return int(at) if at >= 0 and at == int(at) else None


def forget(*parameters: str) -> None:
    """Takes choices out of the address."""
    for parameter in parameters:
        st.query_params.pop(parameter, None)


def _choose_dataset() -> str:
    here = [spec.key for spec in list_dataset_specs() if is_available(spec.key)]
    own = [spec.key for spec in list_own_specs()]
    asked = st.query_params.get(DATA_PARAMETER, "")
    mapped = [key for key in FIRST_CHOICE if key not in here]  # their maps can be looked at without the pictures
    options = [*here, *own, *mapped]
    if asked not in options and _title(asked):
        options.append(asked)  # an older state of a set of one's own, or one that has to be fetched
    elif asked and asked not in options:
        st.caption(f"There is no data set {plain(asked[:40])} here.")
    return choose_in_address(
        "Data set", options, DATA_PARAMETER, words=lambda key: _title(key) or key,
        kind=partial(st.selectbox, width=220), then=partial(forget, CLASS_PARAMETER, FIRST_PARAMETER, PICK_PARAMETER),
    )  # fmt: skip


def _title(key: str) -> str | None:
    try:
        spec = get_dataset_spec(key)
    except InputError:
        return None
    return spec.title if is_available(key) else f"{spec.title}, not here"


def _choose_class(spec: DatasetSpec) -> int | None:
    chosen = choose_in_address(
        "Class", [ALL, *map(str, range(len(spec.classes)))], CLASS_PARAMETER,
        words=lambda key: "all classes" if key == ALL else spec.classes[int(key)],
        kind=partial(st.selectbox, width=180), then=partial(forget, FIRST_PARAMETER, PICK_PARAMETER),
    )  # fmt: skip
    return None if chosen == ALL else int(chosen)


def _choose_split() -> str:
    return choose_in_address(
        "Part of the set", list(get_args(Split)), SPLIT_PARAMETER, words=SPLIT_WORDS.__getitem__, hide_label=True,
        then=partial(forget, FIRST_PARAMETER, PICK_PARAMETER),
    )  # fmt: skip


def _show_missing() -> None:
    """The sets that are not on this machine, each with the command that gets it."""
    missing = [spec for spec in list_dataset_specs() if not is_available(spec.key)]
    if missing:
        with st.popover(f"{len(missing)} more sets" if len(missing) > 1 else "1 more set", key="gallery_missing"):
            st.write("Not on this machine yet, and the command that gets it:")
            for spec in missing:
                st.markdown(
                    f"**{plain(spec.title)}**, {spec.download_mb} MB  \n`python -m cnnplay data {spec.key} --download`"
                )


def say_missing_pictures(spec: DatasetSpec) -> None:
    """One sentence with the command, where the pictures are not on this machine."""
    st.info(
        f"The pictures of {plain(spec.title)} are not on this machine. Get them: "
        f"`python -m cnnplay data {spec.key} --download`"
    )

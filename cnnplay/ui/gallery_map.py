"""Map of the test set: what a network's last features put side by side, and the picture behind each point."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import streamlit as st

from cnnplay.comparison.differences import as_stated
from cnnplay.comparison.entries import find_card
from cnnplay.figures.gallery_map import CHART_PX, Points, feature_map
from cnnplay.figures.template import CONFIG, as_text
from cnnplay.models.card import shipped_files
from cnnplay.runs.answers import AnswerKey, load_answer_key, load_answers
from cnnplay.runs.feature_map import FeatureMap, read_map
from cnnplay.runs.weights import find_weights
from cnnplay.ui import state
from cnnplay.ui.address import choose_in_address, switch_in_address, write
from cnnplay.ui.gallery import PICK_PARAMETER, SPLIT_PARAMETER, Shelf, chosen_picture, forget
from cnnplay.ui.gallery_map_sheet import draw_sheet
from cnnplay.ui.gallery_picked import read_shipped, said, show_picked
from cnnplay.ui.measurements import ask_for, asked_networks, show_measurements
from cnnplay.ui.networks import Network, list_networks, pick_network
from cnnplay.words import accuracy, count, percent, plain

LOOK_PARAMETER, WRONG_PARAMETER = "points", "wrong"
LOOKS: dict[str, str] = {"class": "Classes", "right": "Right or wrong", "pictures": "Pictures"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Mapped:
    """A map with what the network said to its pictures.

    Attributes:
        found: the map.
        key: the right answers to all test pictures.
        places: (N,) of its pictures in the key.
        probs: (N, K) of its pictures, or None where the answers were not kept.
    """

    found: FeatureMap
    key: AnswerKey
    places: npt.NDArray[np.int64]
    probs: npt.NDArray[np.float32] | None

    @property
    def labels(self) -> npt.NDArray[np.int64]:
        """(N,) right classes."""
        return self.key.labels[self.places]

    @property
    def is_wrong(self) -> npt.NDArray[np.bool_] | None:
        """(N,) whether it is read wrongly."""
        return None if self.probs is None else self.probs.argmax(1) != self.labels


def show_map(shelf: Shelf) -> None:
    """The choice of a network, its map, and the picture that was clicked."""
    networks = [each for each in list_networks(shelf.spec.key) if each.dataset == shelf.spec.key]
    if not networks:
        st.html('<div class="cp-empty"><p>No network learned from this data set yet.</p></div>')
        st.page_link("pages/train.py", label="Train one")
        return
    with st.container(key="gallery_map_choices", horizontal=True, gap="medium", vertical_alignment="bottom"):
        with st.container(key="gallery_network", width=260):
            network = pick_network("Network", networks, slot=state.GALLERY_NETWORK)
        looks = [look for look in LOOKS if look != "pictures" or shelf.data]
        look = choose_in_address("Points show", looks, LOOK_PARAMETER, words=LOOKS.__getitem__)
        wrong_alone = switch_in_address("Wrong alone", WRONG_PARAMETER, help="Only what this network reads wrongly.")
    if network is None or (weights := _weights_of(network)) is None:
        st.info("This network has no weights here yet.")
        return
    found = read_map(weights, shelf.spec.key)
    if found is None:
        _offer_to_draw(shelf, network, weights)
        return
    mapped = _with_answers(found, weights)
    _show(shelf, mapped, look, wrong_alone=wrong_alone)


def _weights_of(network: Network) -> Path | None:
    return shipped_files(network.key).weights if network.run is None else find_weights(network.run)


def _with_answers(found: FeatureMap, weights: Path) -> Mapped:
    key = load_answer_key(found.dataset)
    places = found.places(key)
    kept = load_answers(weights, key)
    probs = None if kept is None else as_stated(kept[places], find_card(weights.with_suffix(".json")))
    return Mapped(found=found, key=key, places=places, probs=probs)


def _show(shelf: Shelf, mapped: Mapped, look: str, *, wrong_alone: bool) -> None:
    is_wrong = mapped.is_wrong
    is_shown = np.ones(mapped.found.n, bool)
    if shelf.class_idx is not None:
        is_shown &= mapped.labels == shelf.class_idx
    if wrong_alone and is_wrong is not None:
        is_shown &= is_wrong
    st.write(_tell(shelf, mapped, is_shown, look))
    picked = chosen_picture(mapped.key.n)
    points = Points(
        xy=mapped.found.xy, labels=mapped.labels, is_wrong=is_wrong, words=_words(mapped),
        tokens=mapped.places, is_shown=is_shown,
    )  # fmt: skip
    sheet = None
    if look == "pictures" and shelf.data is not None and is_shown.any():
        points, sheet = draw_sheet(points, shelf.data.test_images)
    left, right = st.container(key="gallery_map_bench").columns([5, 3], gap="large")
    with left, st.container(key="gallery_map_plot"):
        st.plotly_chart(
            feature_map(points, mapped.key.classes, by_class=look == "class", sheet=sheet, picked=picked),
            key=_chart_key(), theme=None, config=CONFIG, on_select=_pick, selection_mode="points",
            alt=f"Map of {mapped.found.n:,} test pictures; those of a class lie together where the network tells "
            "it from the others",
        )  # fmt: skip
        if sheet is not None:
            st.caption("One picture for each spot; those read wrongly are framed.")
    with right, st.container(key="gallery_picked"):
        _show_picture(shelf, mapped, picked)
    _explain(mapped)


def _show_picture(shelf: Shelf, mapped: Mapped, picked: int | None) -> None:
    if picked is None:
        words = "Click a point to see its picture." if shelf.data else "Click a point to see what networks say to it."
        st.html(f'<div class="cp-empty"><p>{words}</p></div>')
    elif shelf.data:
        show_picked(shelf, picked, close=_close)
    else:
        label = mapped.key.classes[int(mapped.key.labels[picked])]
        st.markdown(f"**{plain(label)}** :gray[Test picture {picked:,} of {plain(shelf.spec.title)}]")
        st.caption(
            f"The picture itself is not on this machine. Get it: `python -m cnnplay data {shelf.spec.key} --download`"
        )
        st.html(said(mapped.key, picked, read_shipped(mapped.key)))
        st.button("Close", key="gallery_close", on_click=_close)


def _tell(shelf: Shelf, mapped: Mapped, is_shown: npt.NDArray[np.bool_], look: str) -> str:
    """How many points there are, and how many of them are wrong."""
    crosses = "" if look == "pictures" else "; they are crosses"
    n = int(is_shown.sum())
    whose = f" of {plain(shelf.spec.classes[shelf.class_idx])}" if shelf.class_idx is not None else ""
    shown = f"{n:,} picture{'' if n == 1 else 's'}{whose}"
    if mapped.is_wrong is None:
        return f"{shown}. The answers of this network were not kept: right and wrong cannot be told apart."
    n_wrong = int((mapped.is_wrong & is_shown).sum())
    if n == 0:
        return "There is no such picture on the map."
    if n_wrong == n:
        return f"{shown}, all read wrongly."
    return f"{shown}, {n_wrong:,} of them read wrongly ({accuracy(n_wrong / n)}{crosses})."


def _words(mapped: Mapped) -> list[str]:
    """What one reads under the mouse, for each point."""
    names = [as_text(name) for name in mapped.key.classes]
    labels = [names[label] for label in mapped.labels]
    if mapped.probs is None:
        return [f"<b>{label}</b><br>test picture {at:,}" for label, at in zip(labels, mapped.places, strict=True)]
    answers, sure = mapped.probs.argmax(1), mapped.probs.max(1)
    return [
        f"<b>{label}</b>, read as {names[answer]}, {percent(float(share))}<br>test picture {at:,}"
        for label, answer, share, at in zip(labels, answers, sure, mapped.places, strict=True)
    ]


def _chart_key() -> str:
    return f"gallery_map_chart_{st.session_state.get(state.GALLERY_ROUND, 0)}"


def _pick() -> None:
    """A click on a point picks its picture. A second one may take Plotly's own choice back, which changes nothing."""
    points = st.session_state[_chart_key()]["selection"]["points"]
    tokens = [point["customdata"][0] for point in points if point.get("customdata")]
    if tokens:
        forget(SPLIT_PARAMETER)
        write(PICK_PARAMETER, int(tokens[-1]))


def _close() -> None:
    forget(PICK_PARAMETER)
    st.session_state[state.GALLERY_ROUND] = st.session_state.get(state.GALLERY_ROUND, 0) + 1


def _explain(mapped: Mapped) -> None:
    """What the map can and cannot tell, and how it was made."""
    found, key = mapped.found, mapped.key
    which = f"{found.n:,} of the {key.n:,} test pictures, spread evenly over the classes" if found.n < key.n else (
        f"all {key.n:,} test pictures"
    )  # fmt: skip
    st.markdown(
        "**What this map can tell.** Just before it answers, the network has turned a picture into "
        f"{count(found.n_features)} numbers. Pictures with like numbers lie side by side here. So a lone point among "
        "another class shows a picture that the network sees as one of those.\n\n"
        "**What it cannot.** The plane has two directions, the numbers have "
        f"{count(found.n_features)}: of a picture's ten nearest in the numbers, {percent(found.kept_neighbours)} are "
        "among the ten nearest here. How far two groups lie apart, how large they are and which way is up mean "
        "little. Another perplexity or another seed gives another map."
    )
    st.caption(
        f"t-SNE of {which}: perplexity {found.perplexity:g}, which is about how many neighbours count, seed "
        f"{found.seed}, openTSNE {plain(found.tsne_version)}, {plain(found.made_at)}."
    )


def _offer_to_draw(shelf: Shelf, network: Network, weights: Path) -> None:
    """A button that has the map drawn in the queue, and how far that is."""
    dataset = shelf.spec.key
    st.html(
        f'<div class="cp-empty" style="min-height:{CHART_PX // 2}px"><p>There is no map of this network yet.</p></div>'
    )
    if shelf.data is None:
        st.caption(f"It takes the test pictures. Get them: `python -m cnnplay data {dataset} --download`")
        return
    if network.key not in asked_networks(dataset, "map"):
        st.button(
            "Draw the map", key="gallery_draw_map", on_click=partial(ask_for, (network.key,), "map"),
            help="It waits its turn among the trainings, and takes about a minute.",
        )  # fmt: skip
    show_measurements(
        dataset, "map", n_known=lambda: int(read_map(weights, dataset) is not None), estimate=lambda _run: None
    )

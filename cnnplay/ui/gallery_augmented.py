"""Pictures as training changes them: every option of the augmentation, drawn anew on request."""

from dataclasses import fields
from functools import partial
from typing import Any, get_args

import streamlit as st

from cnnplay.models.registry import get_spec
from cnnplay.training.config import BOUNDS, WHOLE, Augmentation, Padding, TrainConfig
from cnnplay.training.recipes import make_config
from cnnplay.ui.address import choose_in_address, read_number, slide_in_address, write
from cnnplay.ui.gallery import Shelf
from cnnplay.ui.gallery_change import ByteArray, Change, as_shown, choose_originals
from cnnplay.ui.train_fields import AUGMENTATION, Field

SEED_PARAMETER = "seed"
LEARNERS = {1: "cnn16_32", 3: "resnet"}
"""By number of channels, the network whose recipe says how pictures are changed at first."""
PADDING = Field(
    "padding", "Comes in at the edge", "When a picture is shifted.",
    choices=dict(zip(get_args(Padding), ("black", "the mirrored edge"), strict=True)),
)  # fmt: skip
OPTIONS = (*AUGMENTATION, PADDING)
N_COLUMNS = 4


def choose_augmentation(shelf: Shelf) -> Change:
    """All options, a button for other random changes, and what becomes of the pictures."""
    model = LEARNERS[shelf.spec.image_shape[0]]
    usual = make_config(model).augmentation
    values: dict[str, Any] = {}
    for first in range(0, len(OPTIONS), N_COLUMNS):
        for column, option in zip(st.columns(N_COLUMNS), OPTIONS[first : first + N_COLUMNS], strict=True):
            with column:
                values[option.name] = _choose(option, getattr(usual, option.name))
    seed = int(read_number(SEED_PARAMETER, *BOUNDS["seed"], 0))
    with st.container(key="gallery_draw", horizontal=True, vertical_alignment="center", gap="medium"):
        st.button("Again", key="gallery_again", on_click=write, args=(SEED_PARAMETER, seed + 1),
                  help="Draws other random changes. The same seed and settings give the same pictures.")  # fmt: skip
        st.html(f'<p class="cp-small">Seed {seed:,}</p>')
        originals = choose_originals()
    st.caption(f"Set at first as in the recipe of {model}. Training draws new changes every time it shows a picture.")
    augmentation = Augmentation(**{each.name: values[each.name] for each in fields(Augmentation)})
    return Change(make=partial(_augment, model=model, augmentation=augmentation, seed=seed), shows_originals=originals)


def _choose(option: Field, usual: Any) -> Any:
    if option.choices:
        return choose_in_address(
            option.label, list(option.choices), option.name, default=str(usual), words=option.choices.__getitem__,
            kind=st.selectbox, help=option.help or None,
        )  # fmt: skip
    kind = int if option.name in WHOLE else float
    low, high = BOUNDS[option.name]
    value = slide_in_address(
        option.label, option.name, kind(low), kind(min(high, option.most)), kind(usual), step=kind(option.step),
        help=option.help or None,
    )  # fmt: skip
    return kind(value)


def _augment(images: ByteArray, *, model: str, augmentation: Augmentation, seed: int) -> list[ByteArray]:
    from cnnplay.ui.augmentation_preview import augment  # it takes torch once it is called

    dataset = get_spec(model).dataset  # any one: the pictures are given
    config = TrainConfig(model=model, dataset=dataset, seed=seed, batch_size=len(images), augmentation=augmentation)
    return [as_shown(image) for image in augment(images, config)]

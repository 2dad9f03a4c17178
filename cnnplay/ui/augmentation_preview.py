"""A dozen training pictures as the network would get them, changed by the augmentation of the form."""

import json
from functools import cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnplay.data.store import load_dataset
from cnnplay.models.registry import get_spec
from cnnplay.training.config import Augmentation, TrainConfig
from cnnplay.ui.pictures import as_paper, data_address

N_PICTURES = 12
FIRST = 100
"""Where in the training set the dozen begins, if it has so many: any place will do."""
N_CACHED = 200


def show_preview(config: TrainConfig) -> None:
    """The dozen, as small squares."""
    augmentation = json.dumps(config.to_json()["augmentation"], sort_keys=True)
    st.html(
        '<div class="cp-dozen" role="img" aria-label="A dozen changed training pictures">'
        f"{_pictures(config.model, config.dataset, augmentation, config.seed)}</div>"
    )


@st.cache_data(max_entries=N_CACHED, show_spinner=False)
def _pictures(model: str, dataset: str, augmentation: str, seed: int) -> str:
    options = Augmentation(**json.loads(augmentation))
    config = TrainConfig(model=model, dataset=dataset, seed=seed, batch_size=N_PICTURES, augmentation=options)
    images = augment(_originals(dataset), config)
    return "".join(f'<img class="cp-pixels" src="{data_address(_as_seen(image))}" alt="">' for image in images)


@cache
def _originals(dataset: str) -> NDArray[np.uint8]:
    images = load_dataset(dataset).train_images
    first = max(0, min(FIRST, len(images) - N_PICTURES))
    return np.array(images[first : first + N_PICTURES])


def augment(images: NDArray[np.uint8], config: TrainConfig) -> NDArray[np.uint8]:
    """What the first batch of training makes of pictures.

    Args:
        images: (N, C, H, W) uint8.
        config: its network, seed and augmentation.

    Returns:
        (N, C, H, W) uint8, in the same order.
    """
    import torch  # seconds: not for the first display of the page

    from cnnplay.training.feed import Feed, Pictures

    spec, places = get_spec(config.model), np.arange(len(images), dtype=np.int64)
    feed = Feed(config, spec, Pictures(images, places), device=torch.device("cpu"))
    batch, order = feed.batch(0)
    mean, std = (torch.tensor(each).reshape(-1, 1, 1) for each in (spec.mean, spec.std))
    shown = batch[order.argsort()].mul(std).add(mean).clamp(0, 1).mul(255).round().byte()
    return np.ascontiguousarray(shown.numpy())


def _as_seen(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return as_paper(image[0]) if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))

"""Pictures small and easy enough to be learned in seconds."""

import numpy as np
import pytest

from cnnplay.training.feed import Pictures


@pytest.fixture(scope="session")
def bars() -> Pictures:
    """600 pictures, 1 x 28 x 28, of ten kinds of bar: a task that every network here can learn."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 600)
    images = rng.integers(0, 60, (600, 1, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[0, :, 2 * label + 4 : 2 * label + 7] = 250
    return Pictures(images, labels.astype(np.int64))

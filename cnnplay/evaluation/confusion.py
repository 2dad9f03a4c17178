"""Which class is taken for which."""

import numpy as np
import numpy.typing as npt

Answers = npt.NDArray[np.integer]


def count_confusions(labels: Answers, answers: Answers, n_classes: int) -> npt.NDArray[np.int64]:
    """How many pictures of each class got each answer.

    Args:
        labels: (N,) right class indices.
        answers: (N,) class indices that were said.
        n_classes: K.

    Returns:
        (K, K): a row for each right class, a column for each answer.
    """
    cells = labels.astype(np.int64) * n_classes + answers
    return np.bincount(cells, minlength=n_classes * n_classes).reshape(n_classes, n_classes)

"""What was published for the reference recipes: test accuracies, by epoch where all of them were given."""

from dataclasses import dataclass

from cnnplay.models.registry import MODELS
from cnnplay.training.recipes import PUBLISHED

SOURCE = "As published with the reference recipes, one run each by its author, or in the paper that is named."
"""Where the figures come from, for readers."""
N_TRAIN = {"mnist": 60_000, "cifar10": 50_000}
_BY_EPOCH = {
    "inception": (0.9651, 0.9737, 0.9794, 0.9845, 0.9831, 0.9858, 0.9859, 0.9880, 0.9873, 0.9890),
    "residual": (0.9703, 0.9821, 0.9847, 0.9880, 0.9852, 0.9888, 0.9888, 0.9898, 0.9895, 0.9898),
}
_LAST_EPOCH = {
    "fc2": 1.0, "cnn16_32": 10.0, "residual_scaled": 10.0, "residual_conv": 10.0, "lenet5": 10.0, "vgg": 10.0,
    "resnet": 182.0, "speedrun": 9.9,
}  # fmt: skip
"""After which the one figure was read that was given: `ModelSpec.published_accuracy`."""
_PAPERS = {"resnet": (128, 45_000), "speedrun": (1024, 50_000)}
"""Pictures in one step, and in all, where a paper gave the figure (He et al. 2015, section 4.2; Jordan 2024)."""


@dataclass(frozen=True)
class PublishedCurve:
    """What was published of one network.

    Attributes:
        model: registry key.
        epochs: after which test accuracies were given.
        accuracies: 0..1, one an epoch.
        batch_size: pictures in one step.
        n_train: training pictures.
        note: what the last figure is, in a few words.
    """

    model: str
    epochs: tuple[float, ...]
    accuracies: tuple[float, ...]
    batch_size: int
    n_train: int
    note: str

    @property
    def steps(self) -> tuple[float, ...]:
        """Training steps after each of the epochs; incomplete batches count."""
        return tuple(round(epoch * -(-self.n_train // self.batch_size)) for epoch in self.epochs)


def find_published(model: str) -> PublishedCurve | None:
    """What was published of an architecture, or None; nothing of one that only another tool knows."""
    spec = MODELS.get(model)
    if spec is None or spec.published_accuracy is None:
        return None
    accuracies = _BY_EPOCH.get(model, (spec.published_accuracy,))
    epochs = tuple(range(1, len(accuracies) + 1)) if model in _BY_EPOCH else (_LAST_EPOCH[model],)
    batch_size, n_train = _PAPERS.get(model) or (
        PUBLISHED[model](model=model, dataset=spec.dataset).batch_size,
        N_TRAIN[spec.dataset],
    )
    return PublishedCurve(model, epochs, accuracies, batch_size, n_train, spec.published_note)

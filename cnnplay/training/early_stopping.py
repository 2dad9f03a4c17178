"""When to stop for want of progress, and which weights were the best so far."""

from typing import Any

from torch import Tensor, nn


class BestEpoch:
    """Keeps the weights of the epoch with the highest validation accuracy.

    Args:
        patience: epochs without a better one after which it is over.
    """

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._accuracy, self._waited = -1.0, 0
        self.weights: dict[str, Tensor] | None = None

    def take(self, accuracy: float, model: nn.Module) -> None:
        """Notes one more epoch. `accuracy` is that of validation, 0..1."""
        self._waited += 1
        if accuracy > self._accuracy:
            self._accuracy, self._waited = accuracy, 0
            self.weights = copy_weights(model)

    @property
    def is_over(self) -> bool:
        """Whether the patience is at its end."""
        return self._waited >= self._patience

    def state(self) -> dict[str, Any]:
        """Everything needed to go on exactly from here; tensors are not copied."""
        return {"accuracy": self._accuracy, "waited": self._waited, "weights": self.weights}

    def load_state(self, state: dict[str, Any], *, wait_anew: bool = False) -> None:
        """Goes back to a saved state; with `wait_anew` the patience begins once more."""
        self._accuracy, self.weights = state["accuracy"], state["weights"]
        self._waited = 0 if wait_anew else state["waited"]


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """A copy of the network's whole state."""
    return {name: value.clone() for name, value in model.state_dict().items()}

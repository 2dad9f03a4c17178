"""The fully connected net: what a network does that does not know that pixels have neighbours."""

from torch import Tensor, nn


class Perceptron(nn.Module):
    """784 - width - width - 10 with ReLU: (N, 1, 28, 28) to (N, 10) logits; 6,442 parameters at width 8."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, width)
        self.relu1 = nn.ReLU()
        self.fc2 = nn.Linear(width, width)
        self.relu2 = nn.ReLU()
        self.fc3 = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu1(self.fc1(x.flatten(1)))
        out: Tensor = self.fc3(self.relu2(self.fc2(x)))
        return out

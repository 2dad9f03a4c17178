"""Initialisation: where the weights begin decides whether they can move."""

from cnnplay.experiments.experiment import SHORT, SHORT_WORDS, Arm, Experiment, Means
from cnnplay.training.config import Init

INITS: dict[Init, str] = {
    "default": "PyTorch's default",
    "kaiming": "Kaiming",
    "xavier": "Xavier",
    "orthogonal": "orthogonal",
    "uniform": "uniform, -0.05 to 0.05",
    "normal": "normal, spread 0.01",
    "zero": "all zero",
}
LEARNED, CHANCE = 0.7, 0.2


def _judge(means: Means) -> int:
    random = {name: mean for name, mean in means.items() if name != "zero"}
    if min(means.values()) > LEARNED:
        return 0
    if min(random.values()) > LEARNED:
        return 1
    return 2


EXPERIMENT = Experiment(
    key="initialisation",
    order=7,
    title="Initialisation",
    question="Weights have to begin somewhere. From where does a CNN learn to read more than 70 % of the digits?",
    guesses=(
        "From anywhere, even from all zeros",
        "From any random numbers, but not from all zeros",
        "Only from random numbers of the right size",
    ),
    judge=_judge,
    arms=tuple(Arm(key=name, label=label, config=SHORT(model="cnn6", init=name)) for name, label in INITS.items()),
    n_seeds=5,
    why=(
        "With all weights at zero every unit computes the same and gets the same gradient, here none at all, so the "
        "net can never tell one unit from another.",
        "Numbers that are too small fade from layer to layer, forwards the signal and backwards the gradient; Kaiming "
        "and Xavier choose their size by the number of inputs so that both keep their strength.",
    ),
    look="The lower chart shows the gradient of each layer at the first step: where it is a thousandth, so is what a "
    "step changes. Kaiming's is the largest here, and its seeds end furthest apart.",
    setting=SHORT_WORDS,
    pairs=(("kaiming", "normal"), ("kaiming", "xavier"), ("normal", "zero")),
    gradients=True,
)

"""ReLU or sigmoid: saturation, and what it does to the gradient."""

from cnnplay.experiments.experiment import SHORT, SHORT_WORDS, Arm, Experiment, Means

ACTIVATIONS = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
ALIKE = 0.02


def _judge(means: Means) -> int:
    apart = means["relu"] - means["sigmoid"]
    return 0 if abs(apart) <= ALIKE else (1 if apart > 0 else 2)


EXPERIMENT = Experiment(
    key="relu_or_sigmoid",
    order=6,
    title="ReLU or sigmoid",
    question="The same CNN with another bend in its units: ReLU cuts off below 0, a sigmoid flattens out at both "
    "ends. Which learns faster?",
    guesses=(
        "Both alike: the weights make up for it",
        "ReLU: the sigmoid hardly learns",
        "The sigmoid: it throws nothing away",
    ),
    judge=_judge,
    arms=tuple(
        Arm(key=name, label=label, config=SHORT(model="cnn6", model_options={"activation": name}))
        for name, label in ACTIVATIONS.items()
    ),
    n_seeds=5,
    why=(
        "A sigmoid's slope is at most a quarter, so every layer divides the gradient by four or more on its way back, "
        "while a ReLU passes it on whole wherever it is not cut off.",
        "Nor does a sigmoid ever give less than 0: all its outputs push the next layer the same way, and at first the "
        "net answers every picture alike.",
    ),
    look="The lower chart shows the gradient of each layer at the very first step: with sigmoids the first layer gets "
    "a small part of what it gets with ReLU.",
    setting=SHORT_WORDS,
    pairs=(("relu", "sigmoid"), ("relu", "tanh"), ("relu", "leaky_relu")),
    gradients=True,
)

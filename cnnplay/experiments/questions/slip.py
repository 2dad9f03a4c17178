"""What a slip in published code costs: the second convolution of a block applied to the wrong thing."""

from cnnplay.experiments.experiment import SHORT, SHORT_WORDS, Arm, Experiment, Means

NETS = {"residual_scaled": "halved sum", "residual_conv": "1 x 1 on the shortcut"}
ALIKE = 0.005


def _arm(model: str, *, slipped: bool) -> Arm:
    return Arm(
        key=f"{model}-{'slip' if slipped else 'right'}",
        label=f"{NETS[model]}, {'with the slip' if slipped else 'right'}",
        config=SHORT(model=model, model_options={"as_published": slipped}),
    )


def _judge(means: Means) -> int:
    cost = sum(means[f"{model}-right"] - means[f"{model}-slip"] for model in NETS) / len(NETS)
    return 1 if abs(cost) <= ALIKE else (0 if cost > 0 else 2)


EXPERIMENT = Experiment(
    key="slip",
    order=4,
    title="A slip in the block",
    question="Two published nets forgot a block's first convolution: the second is applied to the block's input "
    "instead. What did the slip cost?",
    guesses=("More than half a point", "Less than half a point, if anything", "Nothing: it reads better"),
    judge=_judge,
    arms=tuple(_arm(model, slipped=slipped) for model in NETS for slipped in (False, True)),
    n_seeds=5,
    why=(
        "With the slip each block has one working convolution instead of two; nobody uses what the other computes, so "
        "no gradient reaches it and it never learns.",
        "The rest of the net does most of the work on digits, so a slip like this hides behind a figure that looks "
        "fine: an accuracy alone does not prove that the code does what it says.",
    ),
    look="Whether the dots of the two versions overlap: that is why nobody noticed.",
    setting=SHORT_WORDS,
    pairs=tuple((f"{model}-right", f"{model}-slip") for model in NETS),
)

"""Batch normalisation: less a better network than one that bears more rates."""

from cnnplay.experiments.experiment import SHORTER, Arm, Experiment, Means

RATES = (0.003, 0.02, 0.1, 0.5)
NETS = {False: "without", True: "with batch normalisation"}
ALIKE = 0.01


def _arm(rate: float, *, normed: bool) -> Arm:
    return Arm(
        key=f"{'with' if normed else 'without'}-{rate:g}",
        label=f"{NETS[normed]}, rate {rate:g}",
        config=SHORTER(model="residual", model_options={"batch_norm": normed}, lr=rate),
        series=NETS[normed],
        x=rate,
    )


def _judge(means: Means) -> int:
    gains = {rate: means[f"with-{rate:g}"] - means[f"without-{rate:g}"] for rate in RATES}
    if all(gain > ALIKE for gain in gains.values()):
        return 0
    if not any(gain > ALIKE for gain in gains.values()):
        return 2
    return 1


EXPERIMENT = Experiment(
    key="batch_norm",
    order=8,
    title="Batch normalisation",
    question="Batch normalisation brings every map to mean 0 and spread 1. At which learning rates does that help by "
    "more than a point?",
    guesses=("At all of them", "At some of them", "At none of them"),
    judge=_judge,
    arms=tuple(_arm(rate, normed=normed) for normed in NETS for rate in RATES),
    n_seeds=3,
    why=(
        "Normalised maps stay in the range in which units answer, whatever the weights before them do, so a step that "
        "would throw the plain net off does no harm.",
        "That is worth most where steps are badly sized, too small to get anywhere or too large to stay on the road; "
        "at a well-chosen rate this shallow net hardly needs it.",
    ),
    look="How wide the range of rates is in which each of the two reads well.",
    setting="5,000 of MNIST's training pictures, shown twice, in batches of 64 (SGD with momentum 0.9), the "
    "residual net with two blocks",
    axis="learning rate",
    pairs=tuple((f"with-{rate:g}", f"without-{rate:g}") for rate in RATES),
)

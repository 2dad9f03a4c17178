"""Pooling or stride: three ways to halve a picture inside a network."""

from cnnplay.experiments.experiment import SHORT, SHORT_WORDS, Arm, Experiment, Means

WAYS = {"max": "largest of four", "average": "mean of four", "stride": "steps of two pixels"}
ALIKE = 0.005


def _judge(means: Means) -> int:
    ranked = sorted(WAYS, key=lambda way: -means[way])
    return 3 if means[ranked[0]] - means[ranked[-1]] <= ALIKE else list(WAYS).index(ranked[0])


EXPERIMENT = Experiment(
    key="pooling_or_stride",
    order=9,
    title="Pooling or stride",
    question="A CNN halves its maps twice: by the largest of four values, by their mean, or by moving its filters on "
    "two pixels at a time. Which reads best?",
    guesses=("The largest of four", "The mean of four", "Steps of two pixels", "All alike, within half a point"),
    judge=_judge,
    arms=tuple(
        Arm(key=way, label=label, config=SHORT(model="cnn16_32", model_options={"downsample": way}))
        for way, label in WAYS.items()
    ),
    n_seeds=5,
    why=(
        "The largest of four keeps a stroke that a filter has found and forgets by a pixel where it was; the mean "
        "blurs it with the empty paper beside it.",
        "Steps of two never compute three quarters of the values, so they need about a quarter of the multiplications, "
        "and what they skip cannot be found by anybody later.",
    ),
    look="Besides the accuracy: steps of two cost 0.7 M multiplications a picture, both poolings 2.8 M.",
    setting=SHORT_WORDS,
    pairs=(("max", "average"), ("max", "stride"), ("average", "stride")),
)

"""Batch size and learning rate: two knobs that have to be turned together."""

from cnnplay.experiments.experiment import SHORTER, Arm, Experiment, Means

BATCHES = (16, 64, 256)
RATES = (0.003, 0.01, 0.03, 0.1, 0.3)


def _arm(batch_size: int, rate: float) -> Arm:
    return Arm(
        key=f"{batch_size}-{rate:g}",
        label=f"batches of {batch_size}, rate {rate:g}",
        config=SHORTER(model="cnn6", batch_size=batch_size, lr=rate),
        series=f"batches of {batch_size}",
        x=rate,
    )


def _judge(means: Means) -> int:
    small, large = (max(RATES, key=lambda rate: means[f"{batch}-{rate:g}"]) for batch in (BATCHES[0], BATCHES[-1]))
    return 0 if large > small else (1 if large == small else 2)


EXPERIMENT = Experiment(
    key="batch_and_lr",
    order=11,
    title="Batch size and rate",
    question="A step can be taken after 16 pictures or after 256. Which learning rate suits the large batches best?",
    guesses=(
        "A higher one than suits the small batches",
        "The same",
        "A lower one than suits the small batches",
    ),
    judge=_judge,
    arms=tuple(_arm(batch_size, rate) for batch_size in BATCHES for rate in RATES),
    n_seeds=3,
    why=(
        "With the same pictures, batches of 256 take a sixteenth of the steps, so each step has to carry further to "
        "arrive at the same place.",
        "It also can: the gradient of 256 pictures is much less a matter of luck than that of 16, and a large step "
        "along it goes the right way.",
    ),
    look="Each line has a hill. Follow its top from the small batches to the large ones.",
    setting="5,000 of MNIST's training pictures, shown twice (SGD with momentum 0.9), the small CNN",
    axis="learning rate",
    pairs=(("16-0.01", "16-0.03"), ("256-0.03", "256-0.01"), ("256-0.03", "256-0.003")),
)

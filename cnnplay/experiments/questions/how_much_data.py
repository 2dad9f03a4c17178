"""How much data: the same number of steps, over few pictures or many."""

from cnnplay.experiments.experiment import SHORT, Arm, Experiment, Means

SIZES = (100, 300, 1_000, 3_000, 10_000, 60_000)
ALL = SIZES[-1]
NETS = {"fc2": "dense net", "cnn6": "CNN"}
BATCH = 50
"""Goes into every size without a rest, so that all arms take the same 600 steps."""
N_SHOWN = 30_000
DECADES = 2
"""From 100 to 10,000 pictures."""
TENFOLD, HARDLY = 5.0, 1.3


def _arm(model: str, n: int) -> Arm:
    return Arm(
        key=f"{model}-{n}",
        label=f"{NETS[model]}, {n:,} pictures",
        config=SHORT(model=model, replay=n if n < ALL else 0, epochs=N_SHOWN / n, batch_size=BATCH),
        series=NETS[model],
        x=n,
    )


def _judge(means: Means) -> int:
    factor = ((1 - means["cnn6-100"]) / (1 - means["cnn6-10000"])) ** (1 / DECADES)
    return 0 if factor >= TENFOLD else (1 if factor >= HARDLY else 2)


EXPERIMENT = Experiment(
    key="how_much_data",
    order=12,
    title="How much data",
    question="A CNN takes 600 steps, over 100 pictures or over 60,000. What do ten times as many pictures buy, "
    "between 100 and 10,000?",
    guesses=(
        "At least five times fewer errors",
        "Fewer errors, but less than five times",
        "Next to nothing: the steps decide",
    ),
    judge=_judge,
    arms=tuple(_arm(model, n) for model in NETS for n in SIZES),
    whole_set=True,
    n_seeds=3,
    why=(
        "From few pictures the network learns those by heart, whatever they have in common by accident included; "
        "each further picture rules some of these accidents out.",
        "The first hundreds rule out the most and each later one less; past 10,000 it is no longer pictures that these "
        "600 steps lack, but steps.",
    ),
    look="Each step to the right is about three times as much data, the last one six times.",
    setting="600 steps of 50 of MNIST's training pictures each (SGD with momentum 0.9, rate 0.02)",
    axis="training pictures",
    pairs=(("cnn6-10000", "cnn6-100"), ("cnn6-60000", "cnn6-10000"), ("cnn6-100", "fc2-100")),
)

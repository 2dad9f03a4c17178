"""Depth without shortcuts: gradients shrink on their way down, and deeper nets train worse."""

from cnnplay.experiments.experiment import SHORTER, SHORTER_WORDS, Arm, Experiment, Means

N_BLOCKS = (1, 2, 4, 8)
WIRINGS = {"plain": "without shortcuts", "original": "with shortcuts"}
LOSES = 0.02


def _n_layers(n_blocks: int) -> int:
    return 3 + 4 * n_blocks


def _arm(variant: str, n_blocks: int) -> Arm:
    return Arm(
        key=f"{variant}-{n_blocks}",
        label=f"{_n_layers(n_blocks)} layers {WIRINGS[variant]}",
        config=SHORTER(model="residual", model_options={"variant": variant, "n_blocks": n_blocks}),
        series=WIRINGS[variant],
        x=_n_layers(n_blocks),
    )


def _judge(means: Means) -> int:
    plain, residual = (means[f"{variant}-1"] - means[f"{variant}-8"] > LOSES for variant in WIRINGS)
    return {(False, False): 0, (True, True): 1, (True, False): 2, (False, True): 3}[plain, residual]


EXPERIMENT = Experiment(
    key="depth",
    order=2,
    title="Depth without shortcuts",
    question="The same net, made deeper and deeper. What happens with shortcuts past its blocks, and without?",
    guesses=(
        "Deeper reads as well or better, with and without them",
        "Deeper reads worse, with and without them",
        "Without them deeper reads worse; with them it does not",
        "With them deeper reads worse; without them it does not",
    ),
    judge=_judge,
    arms=tuple(_arm(variant, n_blocks) for variant in WIRINGS for n_blocks in N_BLOCKS),
    n_seeds=3,
    why=(
        "On its way back from the answer, the gradient is multiplied by each layer's weights in turn, and here each "
        "makes it smaller: in the deepest plain net hardly any of it is left for the first layers, so they learn "
        "nothing.",
        "A shortcut adds a block's input to its output unchanged, so the gradient has a path on which nothing is "
        "multiplied, and the first layers hear of the error however many blocks lie between.",
    ),
    look="In the lower chart each line is one net before it learned anything: without shortcuts the gradient falls "
    "by powers of ten towards the first layers, with them it stays level.",
    setting=SHORTER_WORDS,
    axis="layers with weights",
    pairs=(("plain-1", "plain-8"), ("original-1", "original-8")),
    gradients=True,
)

"""The ten ways to wire a residual block that were compared in Identity Mappings (He et al. 2016)."""

from cnnplay.experiments.experiment import SHORTER, SHORTER_WORDS, Arm, Experiment, Means

N_BLOCKS = 2
CLEAN = {
    "original": "original",
    "relu_before_addition": "ReLU before the addition",
    "relu_only_preactivation": "ReLU first",
    "full_preactivation": "normalisation and ReLU first",
}
"""Nothing lies on the shortcut itself."""
BLOCKED = {
    "bn_after_addition": "normalisation after the addition",
    "constant_scaling": "both halved",
    "conv_shortcut": "1 x 1 on the shortcut",
    "dropout_shortcut": "dropout on the shortcut",
    "exclusive_gating": "gate on both ways",
    "shortcut_only_gating": "gate on the shortcut",
}
ALIKE = 0.01


def _judge(means: Means) -> int:
    if max(means.values()) - min(means.values()) <= ALIKE:
        return 2
    return 0 if max(means, key=means.__getitem__) in CLEAN else 1


EXPERIMENT = Experiment(
    key="shortcuts",
    order=3,
    title="Ten shortcuts",
    question="A shortcut can pass a block untouched, or through a gate, a factor, a convolution. Which reads best?",
    guesses=(
        "One that leaves the shortcut untouched",
        "One that puts something on the shortcut, or behind the addition",
        "All ten read alike, within one point",
    ),
    judge=_judge,
    arms=tuple(
        Arm(
            key=variant,
            label=label,
            config=SHORTER(
                model="residual", model_options={"variant": variant, "n_blocks": N_BLOCKS, "batch_norm": True}
            ),
        )
        for variant, label in (CLEAN | BLOCKED).items()
    ),
    n_seeds=3,
    why=(
        "Whatever lies on the shortcut is multiplied once for every block that is passed, so in the paper's nets of "
        "110 layers a factor of one half leaves next to nothing, and the untouched way won clearly.",
        "Here only four blocks follow each other, so little is lost on most of them: nine of the ten come out close "
        "together, and only dropout, which throws half of the shortcut away at every step, falls behind.",
    ),
    look="How far the dots of one row spread, before you believe in the distance of two rows.",
    setting=f"{SHORTER_WORDS}, batch normalisation, {2 * N_BLOCKS} blocks",
    pairs=(("original", "constant_scaling"), ("original", "full_preactivation"), ("original", "dropout_shortcut")),
)

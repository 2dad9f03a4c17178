"""Augmentation: what a thousand pictures teach when each is shown in ever new ways."""

from cnnplay.experiments.experiment import SHORT, Arm, Experiment, Means
from cnnplay.training.config import Augmentation

N_PICTURES, N_EPOCHS = 1_000, 20
CHANGES: dict[str, tuple[str, Augmentation]] = {
    "none": ("as they are", Augmentation()),
    "shift": ("moved by up to 2 px", Augmentation(shift_px=2)),
    "warp": ("turned, slanted, sized", Augmentation(rotate_deg=10, scale=0.1, shear=0.1)),
    "elastic": ("bent like rubber", Augmentation(elastic_px=1.0)),
    "mirror": ("mirrored by chance", Augmentation(flip="random")),
}


def _judge(means: Means) -> int:
    return list(CHANGES).index(min(means, key=means.__getitem__))


EXPERIMENT = Experiment(
    key="augmentation",
    order=10,
    title="Augmentation",
    question="A thousand digits, each shown twenty times, always a little changed. Which change makes the network read "
    "worst?",
    guesses=(
        "None: the same twenty times",
        "Moving by up to two pixels",
        "Turning, slanting and sizing",
        "Bending like rubber",
        "Mirroring left and right",
    ),
    judge=_judge,
    arms=tuple(
        Arm(
            key=key,
            label=label,
            config=SHORT(model="cnn16_32", replay=N_PICTURES, epochs=N_EPOCHS, augmentation=augmentation),
        )
        for key, (label, augmentation) in CHANGES.items()
    ),
    n_seeds=5,
    why=(
        "A change helps when the new picture could have been drawn by somebody: then a thousand pictures do the work "
        "of many thousands, and the network cannot learn them by heart.",
        "A mirrored 2 or 7 is no digit that anybody writes, so the network spends its few filters on pictures that "
        "will never come.",
    ),
    look="Which changes gain on leaving the pictures as they are, and by how much more than the seeds spread.",
    setting=f"{N_PICTURES:,} of MNIST's training pictures, shown {N_EPOCHS} times, in batches of 64 (SGD with momentum "
    "0.9, rate 0.02)",
    pairs=(("shift", "none"), ("warp", "none"), ("elastic", "none"), ("mirror", "none")),
)

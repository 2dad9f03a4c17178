"""Shuffled pixels: what a convolution takes for granted and a dense net does not."""

from cnnplay.experiments.experiment import Arm, Experiment, Means
from cnnplay.training.recipes import make_config

RADII_PX = (0, 1, 2, 4, 8, 28)
"""From none over the size of a filter to all pixels anywhere."""
NETS = {"fc2": "dense net", "cnn6": "CNN"}
"""Both have some 6,430 parameters."""
PUBLISHED = {"fc2-0": 0.8683, "fc2-28": 0.8810}
LOSES = 0.02
"""A drop below this counts as none: seeds differ by about as much."""


def _arm(model: str, radius_px: int) -> Arm:
    key = f"{model}-{radius_px}"
    return Arm(
        key=key,
        label=f"{NETS[model]}, {f'moved by up to {radius_px} px' if radius_px else 'not shuffled'}",
        config=make_config(model, "published", model_options={"shuffle_px": radius_px} if radius_px else {}),
        series=NETS[model],
        x=radius_px,
        published=PUBLISHED.get(key),
        published_note="one run by its author",
    )


def _judge(means: Means) -> int:
    dense, cnn = (means[f"{model}-0"] - means[f"{model}-28"] > LOSES for model in NETS)
    return {(True, True): 0, (False, False): 1, (False, True): 2, (True, False): 3}[dense, cnn]


EXPERIMENT = Experiment(
    key="shuffled",
    order=1,
    title="Shuffled pixels",
    question="Shuffle the pixels of every picture, always in the same way. Which network still learns to read?",
    guesses=(
        "Neither: both read worse",
        "Both, as well as before",
        "The dense net as well as before; the CNN reads worse",
        "The CNN as well as before; the dense net reads worse",
    ),
    judge=_judge,
    arms=tuple(_arm(model, radius_px) for model in NETS for radius_px in RADII_PX),
    n_seeds=5,
    why=(
        "The dense net gives every pixel a weight of its own and never used which pixels are neighbours: after the "
        "shuffle it learns the same weights, only in another order.",
        "The CNN slides one small filter over all windows of 5 x 5 neighbours, which works because neighbours make "
        "strokes; the shuffle scatters every stroke, so a window holds stray pixels that mean something else at each "
        "place, and no one filter fits them all.",
    ),
    look="The dense net's line is flat. The CNN's falls with the first pixels that move, and below the dense net's "
    "where they leave the 5 x 5 window: then it does worse than a net that sees everything at once.",
    setting="all 60,000 training pictures of MNIST once, as published (SGD, rate 0.01, momentum 0.5, batches of 64)",
    axis="furthest that a pixel moves, px",
    pairs=(("cnn6-0", "cnn6-28"), ("fc2-0", "fc2-28"), ("cnn6-28", "fc2-28")),
)

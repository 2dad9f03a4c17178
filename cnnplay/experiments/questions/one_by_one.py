"""One-by-one convolutions: how a narrow layer in between makes a large filter cheap."""

from cnnplay.experiments.cost import convolution_cost, narrowed_cost
from cnnplay.experiments.experiment import SHORT, SHORT_WORDS, Arm, Experiment, Means

N_IN, N_NARROW, N_OUT, KERNEL, SIZE_PX = 192, 16, 32, 5, 28
"""The published example: 192 maps of 28 x 28, a filter of 5 x 5, 32 maps out, 16 in between."""
SHARES = (0.5, 1 / 3, 0.1, 0.01)


def _judge(_means: Means) -> int:
    """Arithmetic decides, not training."""
    through = narrowed_cost(N_IN, N_NARROW, N_OUT, KERNEL, SIZE_PX).multiplications
    share = through / convolution_cost(N_IN, N_OUT, KERNEL, SIZE_PX).multiplications
    return min(range(len(SHARES)), key=lambda at: abs(SHARES[at] - share))


EXPERIMENT = Experiment(
    key="one_by_one",
    order=5,
    title="One-by-one convolutions",
    question="192 maps of 28 x 28 become 32 through filters of 5 x 5. A 1 x 1 convolution first brings the 192 down to "
    "16: how many multiplications are left?",
    guesses=("About half", "About a third", "About a tenth", "About a hundredth"),
    judge=_judge,
    arms=(
        Arm(
            key="with",
            label="with 1 x 1, as published",
            config=SHORT(model="inception", model_options={"one_by_one": True}),
        ),
        Arm(key="without", label="without 1 x 1", config=SHORT(model="inception", model_options={"one_by_one": False})),
    ),
    n_seeds=3,
    why=(
        "A filter's cost grows with the maps that come in times the maps that go out, so it pays to do the expensive "
        "5 x 5 between few maps: the 1 x 1 that brings 192 down to 16 costs a fiftieth of what it saves.",
        "It pays only where many maps come in; the small Inception net for digits has 10 and 20, and there the same "
        "step brings nothing down, as its own figures below show.",
    ),
    look="Move the number of maps that come in until the narrow way is no longer the cheaper one.",
    setting=SHORT_WORDS,
    judges_parts=True,
    pairs=(("with", "without"),),
)

"""The answer: every seed on one chart, when and on what it was measured, why it is so, and whether it could be luck."""

import statistics
from dataclasses import dataclass
from html import escape

import streamlit as st

from cnnplay.experiments.chance import hold_pairs
from cnnplay.experiments.experiment import Arm, Experiment
from cnnplay.experiments.own_runs import OwnArm, dataset_for
from cnnplay.experiments.results import Result, SeedResult
from cnnplay.figures.template import CONFIG
from cnnplay.ui.address import choose_in_address
from cnnplay.words import accuracy

WHEN = {"first": "at the first step", "last": "at the last step"}


@dataclass(frozen=True)
class Answer:
    """What is known of an experiment: the result that comes with the project, and the reader's own runs."""

    experiment: Experiment
    shipped: Result
    own: tuple[OwnArm, ...]

    def own_accuracies(self, arm: Arm) -> tuple[float, ...]:
        """Of the reader's finished runs of an arm, 0..1."""
        return next((each.accuracies for each in self.own if each.arm.key == arm.key), ())


def show_answer(answer: Answer) -> None:
    """The chart with all seeds, and the gradients where they are part of it."""
    from cnnplay.figures.experiments import Measured, answer_lines, answer_rows

    experiment, means = answer.experiment, answer.shipped.means()
    arms = []
    for arm in experiment.arms:
        mine = answer.shipped.arm(arm.key)
        arms.append(
            Measured(
                label=arm.label,
                values=mine.accuracies if mine else (),
                series=arm.series,
                x=arm.x or 0.0,
                own=answer.own_accuracies(arm),
                published=arm.published,
            )
        )
    figure = answer_lines(arms, axis=experiment.axis) if experiment.axis else answer_rows(arms)
    told = ", ".join(f"{arm.label} {accuracy(means[arm.key])}" for arm in experiment.arms if arm.key in means)
    alt = f"Test accuracy: {told}" if told else "Test accuracy; nothing is measured yet"
    st.plotly_chart(figure, key="experiment_chart", theme=None, config=CONFIG, alt=alt)
    st.caption(f"Each run: {experiment.setting}. {measured_words(answer.shipped)}")
    show_stand_in(answer)
    if experiment.gradients and answer.shipped.arms:
        _show_gradients(answer)


def measured_words(shipped: Result) -> str:
    """When and on what the shipped result was measured."""
    seeds = [seed for arm in shipped.arms for seed in arm.seeds]
    if not seeds:
        return "Nothing has been measured yet."
    dates, machines = sorted({each.on.measured_at for each in seeds}), sorted({each.on.hardware for each in seeds})
    kinds = sorted({each.on.precision for each in seeds})
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    counts = sorted({len(arm.seeds) for arm in shipped.arms})
    n = f"{counts[0]} seed{'s' if counts[0] > 1 else ''}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]} seeds"
    return (
        f"Measured {when} on {'; '.join(machines)}: {n} a setting, PyTorch {_versions(seeds)}, {' and '.join(kinds)}. "
        "The 10,000 test pictures were read after the end of each training."
    )


def _versions(seeds: list[SeedResult]) -> str:
    return " and ".join(sorted({each.on.torch_version.split("+")[0] for each in seeds}))


def show_stand_in(answer: Answer) -> None:
    """Says where the reader's own runs learned from another data set than the shipped ones."""
    used = {(own.arm.config.dataset, dataset_for(answer.experiment, own.arm)) for own in answer.own if own.accuracies}
    if any(found not in (None, wanted) for wanted, found in used):
        st.caption(
            "Your runs (◇) learned from MNIST-5k, because MNIST is not on this machine: compare them with each other, "
            "not with the shipped ones."
        )


def _show_gradients(answer: Answer) -> None:
    from cnnplay.figures.experiment_gradients import Flow, gradient_lines

    with st.container(key="experiment_gradients"):
        when = choose_in_address("Gradient", list(WHEN), "when", words=WHEN.__getitem__, hide_label=True)
        flows = []
        for arm in answer.experiment.arms:
            if (mine := answer.shipped.arm(arm.key)) and mine.seeds[0].gradients:
                layers = tuple(each.layer for each in mine.seeds[0].gradients)
                norms = zip(
                    *([getattr(each, when) or 0.0 for each in seed.gradients] for seed in mine.seeds), strict=True
                )
                label = arm.label.removesuffix(arm.series).strip()
                flows.append(
                    Flow(label=label, series=arm.series, layers=layers, norms=tuple(map(statistics.fmean, norms)))
                )
        figure = gradient_lines(flows, when=WHEN[when])
        alt = "Norm of the gradient in the first layer: " + ", ".join(f"{f.label} {f.norms[0]:.1e}" for f in flows)
        st.plotly_chart(figure, key="gradients_chart", theme=None, config=CONFIG, alt=alt)
        st.caption(
            "Euclidean norm of the gradient of each layer's weights, mean over the seeds. Where it is exactly 0, the "
            "line runs below all others."
        )


def show_why(answer: Answer) -> None:
    """Two sentences, what to look at, and what chance has to do with it."""
    first, second = answer.experiment.why
    with st.container(key="experiment_why"):
        st.subheader("Why", anchor=False)
        st.write(f"{first} {second}")
        st.write(f"**What to look at.** {answer.experiment.look}")
        if told := _chance(answer):
            st.subheader("Could it be chance?", anchor=False)
            st.html(f'<ul class="cp-chance">{told}</ul>')
            st.caption(
                "Welch's test over the seeds, corrected for the number of lines (Holm). It knows how far other seeds "
                "would lie apart; it knows nothing of other test pictures."
            )


def _chance(answer: Answer) -> str:
    from cnnplay.comparison.verdict import p_in_words

    lines = []
    for pair in hold_pairs(answer.experiment, answer.shipped):
        found = pair.difference
        better, worse = (pair.a, pair.b) if found.value >= 0 else (pair.b, pair.a)
        low, high = (found.low, found.high) if found.value >= 0 else (-found.high, -found.low)
        verdict = "Not chance" if pair.stands else "Could be chance"
        told = f"{_begin(better.label)}: {100 * abs(found.value):.2f} points above {worse.label}"
        if not round(100 * found.value, 2):
            told = f"{_begin(better.label)} and {worse.label}: no difference"
        interval = f"95 % interval {100 * low:.2f} to {100 * high:.2f}, {p_in_words(pair.p_corrected)}"
        lines.append(f"<li><b>{verdict}</b> <span>{escape(told)} ({escape(interval)})</span></li>")
    return "".join(lines)


def _begin(words: str) -> str:
    """As the beginning of a sentence."""
    return words[0].upper() + words[1:]

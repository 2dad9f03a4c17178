"""The chart of a network's opinion over its training."""

import numpy as np

from cnnplay.figures.opinions import opinions, place

STEPS = (0, 1, 10, 100)
PROBS = np.array(
    [[0.3, 0.3, 0.2, 0.2], [0.2, 0.4, 0.2, 0.2], [0.1, 0.7, 0.1, 0.1], [0.9, 0.05, 0.03, 0.02]], dtype=np.float32
)


def test_each_class_has_a_line_and_the_likeliest_at_the_end_are_named() -> None:
    figure = opinions(STEPS, PROBS, "abcd", chosen=10)
    assert [line.name for line in figure.data] == list("abcd")
    assert [list(line.y) for line in figure.data] == [list(column) for column in PROBS.T]
    title = figure.layout.title.text
    assert title.index(">a<") < title.index(">b<") < title.index(">c<")
    assert ">d<" not in title


def test_the_untrained_network_stands_at_the_left_end() -> None:
    figure = opinions(STEPS, PROBS, "abcd")
    assert list(figure.data[0].x) == [place(step) for step in STEPS]
    assert place(0) == 0 < place(1) < place(10)
    assert list(figure.layout.xaxis.ticktext) == ["0", "1", "10", "100"]


def test_the_chosen_step_is_marked() -> None:
    assert opinions(STEPS, PROBS, "abcd", chosen=10).layout.shapes[0].x0 == place(10)

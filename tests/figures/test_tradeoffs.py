"""The chart of the trade-offs: axes that show the small ones, a line of steps, names that do not touch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnplay.figures.labels import CHAR_PX, LINE_PX, MARKER_PX, keep_labels, place_labels
from cnnplay.figures.tradeoffs import Axis, Spot, spans_decades, tradeoff_chart

MORE, LESS = Axis(title="Accuracy", better="more", suffix=" %"), Axis(title="MACs", better="less")
SHARES = st.tuples(*[st.integers(0, 100).map(lambda n: n / 100)] * 2)
NAMES = st.sampled_from(["vgg", "densenet_cifar", "a run with a long name of its own"])
PLOT = {"width_px": 640.0, "height_px": 360.0}
PHONE = {"width_px": 280.0, "height_px": 360.0}


def spot(name, x, y, *, is_best=True):
    return Spot(
        token=name, name=name, colour="#2563eb", x=x, y=y, x_error=None, y_error=(1, 2), is_best=is_best, words="words"
    )


def boxes(points, names, placed, plot):
    for at, place in placed.items():
        x, y = points[at] * (plot["width_px"], plot["height_px"]) + (place.dx, place.dy)
        half = CHAR_PX * len(names[at]) / 2
        yield x - half, y - LINE_PX / 2, x + half, y + LINE_PX / 2


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@given(st.lists(st.tuples(SHARES, NAMES), max_size=20))
def test_names_touch_neither_each_other_nor_a_point_nor_the_edge(spots):
    points, names = np.array([point for point, _ in spots]).reshape(-1, 2), [name for _, name in spots]
    placed = place_labels(points, names, **PLOT)
    on_phone = {at: placed[at] for at in keep_labels(points, names, placed, **PHONE)}
    for chosen, plot in ((placed, PLOT), (on_phone, PHONE)):
        size = (plot["width_px"], plot["height_px"])
        found = dict(zip(chosen, boxes(points, names, chosen, plot), strict=True))
        for at, box in found.items():
            assert min(box) >= 0
            assert (box[2], box[3]) <= size or (box[2] <= size[0] and box[3] <= size[1])
            assert not any(overlap(box, other) for key, other in found.items() if key != at)
            for other, point in enumerate(points * size):
                marker = (*(point - MARKER_PX), *(point + MARKER_PX))
                assert other == at or not overlap(box, marker)


def test_a_name_does_not_lie_on_the_line():
    points, names = np.array([[0.2, 0.5]]), ["vgg"]
    assert place_labels(points, names, **PLOT)[0].dx > 0
    line = np.array([[0.2, 0.5, 1.0, 0.5]])
    assert place_labels(points, names, **PLOT, lines=line)[0].dx < 0


@pytest.mark.parametrize(
    ("values", "expected"), [([1, 11], True), ([1, 9], False), ([0, 100], False), ([-1, 100], False), ([], False)]
)
def test_only_positive_values_over_more_than_a_decade_need_a_logarithm(values, expected):
    assert spans_decades(values) is expected


def test_the_line_steps_through_the_best_alone_and_the_others_are_faint():
    spots = [spot("small", 1e5, 70), spot("large", 1e8, 93), spot("beaten", 2e8, 90, is_best=False)]
    chart = tradeoff_chart(spots, LESS, MORE, picked="large")
    line, points, ring = chart.figure.data
    assert (list(line.x), list(line.y), line.line.shape) == ([1e5, 1e8], [70, 93], "hv")
    assert [each[0] for each in points.customdata] == ["small", "large", "beaten"]
    assert [colour.startswith("rgba") for colour in points.marker.color] == [False, False, True]
    assert (list(points.error_y.array), list(points.error_y.arrayminus)) == ([2, 2, 2], [1, 1, 1])
    assert (list(ring.x), list(ring.y)) == ([1e8], [93])
    assert (chart.figure.layout.xaxis.type, chart.figure.layout.yaxis.type) == ("log", None)
    assert chart.figure.layout.xaxis.range[0] < 5 < 8 < chart.figure.layout.xaxis.range[1]


def test_where_more_is_better_the_steps_turn_round():
    chart = tradeoff_chart([spot("a", 1, 93), spot("b", 2, 90)], Axis(title="Speed", better="more"), MORE)
    assert chart.figure.data[0].line.shape == "vh"


def test_a_name_is_shown_letter_by_letter():
    chart = tradeoff_chart([spot("<b>%{x}</b>", 1, 2)], LESS, MORE)
    assert "&lt;b&gt;" in chart.figure.data[0].text[0]
    assert "%{x}" not in chart.figure.data[0].text[0]
    assert chart.figure.layout.annotations[0].text.startswith("&lt;b&gt;")


def test_one_network_and_none_are_drawn_as_well():
    assert len(tradeoff_chart([spot("a", 1, 2)], LESS, MORE).figure.data) == 1
    assert len(tradeoff_chart([], LESS, MORE).figure.layout.annotations) == 0

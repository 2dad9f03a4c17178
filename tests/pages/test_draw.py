"""The Draw page: what it says to a digit, to nothing, to a dot, to a scribble and to nonsense."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.ui.digits import prepare
from cnnplay.ui.samples import SampleDigit

Open = Callable[..., AppTest]


def drawing(*strokes: list[tuple[float, float]]) -> dict[str, Any]:
    """What the canvas returns for these strokes."""
    paths = [[["M", *stroke[0]], *(["L", *point] for point in stroke[1:])] for stroke in strokes]
    return {"objects": [{"type": "Path", "path": path, "strokeWidth": 20} for path in paths], "background": "#fff"}


SEVEN = [(70, 80), (200, 80), (125, 235)]
DASH = [(100, 140), (180, 150)]


def html(app: AppTest, css_class: str) -> str:
    (body,) = [element.body for element in app.html if f'class="{css_class}' in element.body]
    return body


def test_an_empty_canvas_asks_for_a_digit_and_names_no_percentage(open_page: Open) -> None:
    app = open_page("draw")
    assert not app.exception
    assert "Draw a digit from 0 to 9" in html(app, "cp-answer")
    assert "%" not in html(app, "cp-answer")
    assert html(app, "cp-bars").count("width:0.0%") == 10
    assert [title.value for title in app.title] == ["Draw a digit"]


def test_a_digit_is_answered_with_bars_steps_and_a_jury(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN))
    assert not app.exception
    answer = html(app, "cp-answer")
    label = answer.split('cp-label">')[1][0]
    assert label in "0123456789"
    assert " %" in answer
    assert f'cp-won" role="listitem"><span>{label}</span>' in html(app, "cp-bars")
    assert html(app, "cp-steps").count("<img") == 4
    assert html(app, "cp-steps").count("reads ") == 4
    assert "Two hidden layers" in html(app, "cp-jury")
    assert html(app, "cp-jury").count(" ms") == 2


def test_an_untrained_network_is_not_sure(open_page: Open) -> None:
    assert "I am not sure" in html(open_page("draw", drawing=drawing(SEVEN)), "cp-answer")


def test_the_picker_offers_registry_keys_and_the_answer_follows_it(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN))
    assert app.selectbox[0].options == ["fc2", "cnn6"]
    first = html(app, "cp-bars")
    app.selectbox[0].set_value("cnn6").run()
    assert not app.exception
    assert html(app, "cp-bars") != first


@pytest.mark.parametrize(
    "strokes",
    [
        [[(0, 140), (5, 280)]],
        [[(-300, 10), (700, 20)], [(270, 275), (279, 279)]],
        [[(float(x), float(y)) for x, y in np.random.default_rng(0).uniform(0, 280, (300, 2))]],
    ],
    ids=["at the edge", "mostly outside", "scribble"],
)
def test_odd_drawings_get_an_answer(open_page: Open, strokes: list[list[tuple[float, float]]]) -> None:
    app = open_page("draw", drawing=drawing(*strokes))
    assert not app.exception
    assert " %" in html(app, "cp-answer")


def test_a_dot_is_called_a_dot(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing([(140, 140), (140.5, 140)]))
    assert not app.exception
    assert "dot" in html(app, "cp-answer")


def test_a_drawing_that_cannot_be_read_says_so(open_page: Open) -> None:
    app = open_page("draw", drawing={"objects": [{"type": "Path", "path": [["W", 1, 2]]}]})
    assert not app.exception
    assert "cannot be read" in html(app, "cp-answer")


def test_undo_takes_back_one_stroke_and_clear_all(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN, DASH))
    both = html(app, "cp-steps")
    app.button[0].click().run()
    one = html(app, "cp-steps")
    assert one != both
    assert " %" in html(app, "cp-answer")
    app.button[1].click().run()
    assert "Draw a digit" in html(app, "cp-answer")
    app.button[0].click().run()
    assert not app.exception


def test_undo_does_not_wait_until_the_canvas_has_followed(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN, DASH, SEVEN))
    for _ in range(3):
        app.button[0].click().run()
    assert "Draw a digit" in html(app, "cp-answer")


def test_the_drawing_survives_a_visit_to_another_page(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN))
    before = html(app, "cp-steps")
    app.switch_page("pages/models.py").run()
    app.switch_page("pages/draw.py").run()
    assert html(app, "cp-steps") == before


def test_a_test_digit_without_mnist_admits_that_it_was_trained_on(open_page: Open) -> None:
    app = open_page("draw")
    app.button[2].click().run()
    assert not app.exception
    assert "seen it in training" in html(app, "cp-steps")
    assert " %" in html(app, "cp-answer")
    assert "as MNIST made it" in html(app, "cp-steps")


def test_strokes_over_a_test_digit_are_read_with_it(open_page: Open) -> None:
    one = np.zeros((28, 28), dtype=np.uint8)
    one[4:24, 13:15] = 255
    steps = {
        name: html(open_page("draw", drawing=strokes, sample_digit=SampleDigit(one, "a one")), "cp-steps")
        for name, strokes in (("alone", None), ("crossed", drawing([(60, 140), (220, 140)])))
    }
    assert steps["alone"].count("<img") == 1
    assert steps["crossed"].count("<img") > 1


@pytest.mark.parametrize("dab", [[(40, 200), (41, 201)], [(40, 200), (46, 206)]])
def test_a_dab_beside_a_digit_that_touches_the_edge_is_not_taken_for_the_digit(dab: list[tuple[int, int]]) -> None:
    one = np.zeros((28, 28), dtype=np.uint8)
    one[0:24, 13:16] = 255
    prepared = prepare((np.array(dab, float),), sample=SampleDigit(one, "a one"), brush_px=20, canvas_px=280)
    inked = prepared.image > 127
    assert np.ptp(np.flatnonzero(inked.any(axis=1))) >= 16
    assert inked.sum(axis=1).max() <= 4


def test_without_any_network_the_page_says_how_to_train_one(open_page: Open) -> None:
    app = open_page("draw", networks=False, drawing=drawing(SEVEN))
    assert not app.exception
    assert "python -m cnnplay train scribe" in app.info[0].value

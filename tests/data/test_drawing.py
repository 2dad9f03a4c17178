import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnplay.data.digit import PreparedDigit, centre_of_mass
from cnnplay.data.drawing import prepare_pixels, prepare_strokes
from cnnplay.data.strokes import draw_strokes
from cnnplay.errors import EmptyDrawingError
from tests.data.glyphs import GLYPHS, line, place

digits = st.sampled_from(sorted(GLYPHS))


def prepare(digit: int, *, scale: float = 1.8, x: float = 50, y: float = 50, brush_px: float = 20) -> PreparedDigit:
    return prepare_strokes(place(GLYPHS[digit], scale=scale, x=x, y=y), brush_px=brush_px, canvas_px=280)


def difference(one: PreparedDigit, other: PreparedDigit) -> float:
    return float(np.abs(one.image.astype(int) - other.image).mean())


def check_form(prepared: PreparedDigit) -> None:
    for step in prepared.steps:
        assert (step.digit.shape, step.digit.dtype, step.image.dtype) == ((28, 28), np.uint8, np.uint8)
        assert step.image.ndim == 2
        assert len(step.caption.split("\n")) == 2
        assert max(map(len, step.caption.split("\n"))) <= 20
    assert (prepared.steps[-1].digit == prepared.image).all()
    assert np.abs(centre_of_mass(prepared.image) - 14).max() < 0.15
    assert not prepared.image[0].any()


@pytest.mark.parametrize("digit", GLYPHS)
def test_a_drawing_takes_four_steps_to_the_form_of_mnist(digit: int) -> None:
    prepared = prepare(digit)
    check_form(prepared)
    assert [step.title for step in prepared.steps] == ["Your drawing", "Cut out", "Pen width", "Centred"]
    assert prepared.steps[0].image.shape == (280, 280)
    ys, xs = np.nonzero(prepared.image > 127)
    assert 18 <= max(np.ptp(ys), np.ptp(xs)) + 1 <= 21


@pytest.mark.parametrize("digit", GLYPHS)
def test_a_picture_takes_five_steps_to_the_same_form(digit: int) -> None:
    picture = draw_strokes(place(GLYPHS[digit], scale=1.8, x=50, y=50), brush_px=16, canvas_px=280)
    prepared = prepare_pixels(picture)
    check_form(prepared)
    titles = [step.title for step in prepared.steps]
    assert titles == ["Your picture", "Ink", "Cut out", "Pen width", "Centred"]
    for seen in (picture, 255 - picture):  # dark on light or light on dark: it is shown as it is
        assert (prepare_pixels(seen).steps[0].image == 255 - seen).all()


@settings(max_examples=40)
@given(digits, st.floats(0, 98), st.floats(0, 98))
def test_the_place_of_a_drawing_does_not_matter(digit: int, x: float, y: float) -> None:
    assert difference(prepare(digit), prepare(digit, x=x, y=y)) < 0.1


@settings(max_examples=40)
@given(digits, st.floats(0.3, 2.6))
def test_the_size_of_a_drawing_does_not_matter(digit: int, scale: float) -> None:
    assert difference(prepare(digit), prepare(digit, scale=scale, x=5, y=5)) < 0.1


@settings(max_examples=40)
@given(digits, st.floats(1, 60))
def test_the_brush_does_not_matter(digit: int, brush_px: float) -> None:
    assert difference(prepare(digit), prepare(digit, brush_px=brush_px)) == 0


@settings(max_examples=25)
@given(digits, st.floats(8, 20), st.floats(1.4, 2.2), st.floats(15, 55), st.floats(15, 55))
def test_pixels_give_nearly_what_strokes_give(digit: int, brush: float, scale: float, x: float, y: float) -> None:
    strokes = place(GLYPHS[digit], scale=scale, x=x, y=y)
    from_pixels = prepare_pixels(draw_strokes(strokes, brush_px=brush, canvas_px=280))
    assert difference(prepare(digit), from_pixels) < 9  # of 255; two different digits differ by 30 and more


def test_two_digits_differ_by_far_more_than_two_drawings_of_one() -> None:
    prepared = [prepare(digit) for digit in GLYPHS]
    gaps = [difference(one, other) for k, one in enumerate(prepared) for other in prepared[:k]]
    assert min(gaps) > 18


@pytest.mark.parametrize("brush_px", [6, 20, 28])
def test_an_upright_one_stays_narrow(brush_px: int) -> None:
    strokes = place(GLYPHS[1], scale=1.8, x=50, y=50)
    from_pixels = prepare_pixels(draw_strokes(strokes, brush_px=brush_px, canvas_px=280))
    for image in (prepare(1, brush_px=brush_px).image, from_pixels.image):
        columns = np.flatnonzero((image > 127).any(axis=0))
        assert np.ptp(columns) + 1 <= 4


def test_a_slip_of_the_pen_is_left_out() -> None:
    strokes = place(GLYPHS[3], scale=1.8, x=80, y=50)
    with_slip = (*strokes, line((20, 250), (22, 251)))
    assert difference(prepare_strokes(with_slip), prepare_strokes(strokes)) == 0


def test_the_bar_of_a_five_is_no_slip() -> None:
    with_bar, without = prepare(5), prepare_strokes(place(GLYPHS[5][:1], scale=1.8, x=50, y=50))
    assert difference(with_bar, without) > 5


def test_ink_beyond_the_canvas_was_never_seen() -> None:
    staying, leaving = line((90, 200), (140, 60), (140, 279)), line((140, 281), (140, 900), (20, 900))
    whole = (np.concatenate([staying, leaving]),)
    assert difference(prepare_strokes(whole), prepare_strokes((staying,))) == 0


@pytest.mark.parametrize("place_at", [(-60.0, 100.0), (130.0, 150.0)])
def test_a_drawing_over_the_edge_is_still_read(place_at: tuple[float, float]) -> None:
    check_form(prepare_strokes(place(GLYPHS[8], scale=1.8, x=place_at[0], y=place_at[1])))


def test_a_scribble_is_prepared_like_anything_else() -> None:
    rng = np.random.default_rng(0)
    check_form(prepare_strokes((rng.uniform(0, 280, (800, 2)),)))


@pytest.mark.parametrize(
    ("strokes", "words"),
    [
        ((), "Nothing is drawn"),
        ((line((300, 300), (400, 400)),), "Nothing is drawn"),
        ((line((100, 100)),), "no more than a dot"),
        ((line((100, 100), (103, 104)), line((200, 50))), "no more than a dot"),
    ],
)
def test_nothing_to_read_is_said_in_words(strokes: tuple[np.ndarray, ...], words: str) -> None:
    with pytest.raises(EmptyDrawingError, match=words):
        prepare_strokes(strokes)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "LA", "CMYK"])
@pytest.mark.parametrize("dark_on_light", [True, False])
def test_every_mode_and_both_polarities_give_the_same_digit(mode: str, dark_on_light: bool) -> None:
    drawn = draw_strokes(place(GLYPHS[5], scale=1.8, x=50, y=50), brush_px=16, canvas_px=280)
    plain = Image.fromarray(255 - drawn if dark_on_light else drawn)
    assert difference(prepare_pixels(plain.convert(mode)), prepare_pixels(drawn)) < 2


@pytest.mark.parametrize("ink", [0, 255])
def test_a_drawing_on_a_transparent_layer_is_read_whatever_its_colour(ink: int) -> None:
    drawn = draw_strokes(place(GLYPHS[2], scale=1.8, x=50, y=50), brush_px=16, canvas_px=280)
    layer = np.dstack([np.full((280, 280, 3), ink, dtype=np.uint8), drawn])
    assert difference(prepare_pixels(layer), prepare_pixels(drawn)) == 0


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (28, 28), (300, 200)])
@pytest.mark.parametrize("tone", [0, 128, 255])
def test_a_picture_of_one_tone_has_no_digit(size: tuple[int, int], tone: int) -> None:
    with pytest.raises(EmptyDrawingError, match="No digit is found"):
        prepare_pixels(Image.new("L", size, tone))


@pytest.mark.parametrize("brush_px", [12, 28, 60])
def test_a_picture_of_a_dot_has_no_digit(brush_px: int) -> None:
    with pytest.raises(EmptyDrawingError, match="no more than a dot"):
        prepare_pixels(draw_strokes((line((140, 120)),), brush_px=brush_px, canvas_px=280))

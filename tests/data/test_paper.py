from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnplay.data.drawing import prepare_pixels, prepare_strokes
from cnnplay.data.strokes import Strokes
from cnnplay.errors import EmptyDrawingError
from tests.data.glyphs import GLYPHS, place
from tests.data.scenes import SCENES, WHITE_PAPER, Scene, fit_strokes, take_photo

SAME_DIGIT = 16.0
"""Mean difference of two 28 x 28 images, of 255, that a noisy photo may make; other digits differ by more."""


def difference(strokes: Strokes, photo: Image.Image) -> float:
    wanted = prepare_strokes(place(strokes, scale=2, x=40, y=40))
    return float(np.abs(prepare_pixels(photo).image.astype(int) - wanted.image).mean())


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("digit", [4, 8])
def test_a_photo_of_a_digit_gives_the_digit(scene: str, digit: int) -> None:
    taken = replace(SCENES[scene], turn_deg=0.0)
    assert difference(GLYPHS[digit], take_photo(GLYPHS[digit], taken, seed=digit)) < SAME_DIGIT


def test_a_tilted_digit_stays_tilted() -> None:
    strokes, _ = fit_strokes(GLYPHS[7], SCENES["tilted"])
    wanted = prepare_strokes(strokes, canvas_px=640)
    photo = prepare_pixels(take_photo(GLYPHS[7], SCENES["tilted"]))
    assert np.abs(photo.image.astype(int) - wanted.image).mean() < SAME_DIGIT


def test_a_small_digit_in_a_large_photo_is_looked_at_from_nearby() -> None:
    scene = Scene(width_px=1600, height_px=1200, digit_share=0.07, place=(0.35, 0.6), grain=0.01, jpeg_quality=85)
    assert difference(GLYPHS[3], take_photo(GLYPHS[3], scene)) < SAME_DIGIT


def test_a_digit_in_the_corner_is_found() -> None:
    scene = Scene(width_px=1600, height_px=1200, digit_share=0.07, place=(0.06, 0.07), grain=0.01)
    assert difference(GLYPHS[6], take_photo(GLYPHS[6], scene)) < SAME_DIGIT


def several(*placed: tuple[int, float, float]) -> Image.Image:
    photos = [
        take_photo(GLYPHS[digit], replace(WHITE_PAPER, place=(x, 0.5), digit_share=share)) for digit, x, share in placed
    ]
    return Image.fromarray(np.min([np.asarray(photo) for photo in photos], axis=0))


def test_of_several_digits_the_largest_near_the_middle_is_read_and_the_caption_says_so() -> None:
    photo = several((2, 0.5, 0.4), (4, 0.15, 0.35), (3, 0.85, 0.35))
    assert difference(GLYPHS[2], photo) < SAME_DIGIT
    captions = {step.title: step.caption for step in prepare_pixels(photo).steps}
    assert captions["Cut out"] == "the largest of 3\nnear the middle"


def test_a_far_larger_digit_wins_though_it_is_off_the_middle() -> None:
    assert difference(GLYPHS[4], several((4, 0.3, 0.7), (2, 0.75, 0.15))) < SAME_DIGIT


def test_the_bar_of_a_five_belongs_to_it() -> None:
    apart = (GLYPHS[5][0], GLYPHS[5][1] - (0, 4))
    assert difference(apart, take_photo(apart, replace(WHITE_PAPER, pen_share=0.05))) < SAME_DIGIT


def test_a_sheet_on_a_dark_desk_is_no_ink() -> None:
    photo = np.asarray(take_photo(GLYPHS[2], Scene(digit_share=0.35, grain=0.01))).copy()
    for side in (np.s_[:, :120], np.s_[:56], np.s_[:, 576:]):
        photo[side] = (60, 40, 30)
    turned = Image.fromarray(photo).rotate(3, fillcolor=(60, 40, 30))
    straight = prepare_pixels(turned.rotate(-3, fillcolor=(60, 40, 30)))
    wanted = prepare_strokes(place(GLYPHS[2], scale=2, x=40, y=40))
    assert np.abs(straight.image.astype(int) - wanted.image).mean() < SAME_DIGIT


def test_a_finger_at_the_edge_is_no_ink() -> None:
    photo = np.asarray(take_photo(GLYPHS[9], Scene(digit_share=0.35, grain=0.01))).copy()
    y, x = np.mgrid[:480, :640]
    photo[((x - 560) / 70) ** 2 + ((y - 480) / 210) ** 2 < 1] = (200, 140, 120)
    assert difference(GLYPHS[9], Image.fromarray(photo)) < SAME_DIGIT


def test_squared_paper_is_paper() -> None:
    photo = np.asarray(take_photo(GLYPHS[4], Scene(grain=0.01))).astype(float)
    photo[::40] *= 0.75
    photo[:, ::40] *= 0.75
    assert difference(GLYPHS[4], Image.fromarray(photo.astype(np.uint8))) < SAME_DIGIT


@pytest.mark.parametrize("spread", [3, 10, 40, 120])
def test_noise_alone_is_no_digit(spread: int) -> None:
    noise = np.random.default_rng(spread).normal(140, spread, (300, 400)).clip(0, 255).astype(np.uint8)
    with pytest.raises(EmptyDrawingError):
        prepare_pixels(noise)


@pytest.mark.parametrize("darkest", [20, 120])
def test_a_shadow_alone_is_no_digit(darkest: int) -> None:
    light = np.linspace(darkest, 230, 400) + np.linspace(0, 20, 300)[:, None]
    with pytest.raises(EmptyDrawingError):
        prepare_pixels(light.astype(np.uint8))

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnplay.data.drawing import prepare_strokes
from cnnplay.data.pen_strokes import TABLET_PX, load_pen_images, prepare_pen_digit, read_pen_digits
from cnnplay.data.strokes import canvas_from_strokes, strokes_from_canvas
from cnnplay.errors import InputError
from tests.data.glyphs import GLYPHS, place


def record(digit: int, **changes: Any) -> dict[str, Any]:
    strokes = [stroke.round().astype(int).tolist() for stroke in place(GLYPHS[digit], scale=2.5, x=120, y=100)]
    return {"label": digit, "writer": 3, "strokes": strokes} | changes


def write(path: Path, *records: dict[str, Any] | str) -> Path:
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records), encoding="utf-8")
    return path


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    return write(tmp_path / "drawings.jsonl", *(record(digit) for digit in GLYPHS))


def test_every_line_is_read_with_its_number(tmp_path: Path) -> None:
    path = write(tmp_path / "some.jsonl", record(4), "", {"label": 7, "strokes": [[[1, 2.5], [3, 4]]]}, "")
    digits = read_pen_digits(path)
    assert [(digit.line, digit.label, len(digit.strokes)) for digit in digits] == [(1, 4, 2), (3, 7, 1)]
    assert digits[1].strokes[0].tolist() == [[1, 2.5], [3, 4]]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", "not an object"),
        (json.dumps({"strokes": [[[1, 2]]]}), "label is 'None'"),
        (json.dumps({"label": 10, "strokes": [[[1, 2]]]}), "label is '10'"),
        (json.dumps({"label": True, "strokes": [[[1, 2]]]}), "label is 'True'"),
        (json.dumps({"label": 3}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": []}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": [[]]}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": [[[1, 2, 3]]]}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": [[["1", 2]]]}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": [[[1, float("nan")]]]}), "strokes must be"),
        (json.dumps({"label": 3, "strokes": [[[1, 10**400]]]}), "strokes must be"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, bad: str, words: str) -> None:
    path = write(tmp_path / "bad.jsonl", record(1), bad)
    with pytest.raises(InputError, match=f"bad.jsonl, line 2: .*{words}") as caught:
        read_pen_digits(path)
    assert "\n" not in str(caught.value)


def test_a_missing_an_empty_and_a_binary_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    (tmp_path / "binary.jsonl").write_bytes(b"\x80\xff\x00")
    for name, words in {
        "none.jsonl": "cannot be read",
        "empty.jsonl": "is empty",
        "binary.jsonl": "not a text",
    }.items():
        with pytest.raises(InputError, match=words):
            read_pen_digits(tmp_path / name)


def test_strokes_go_through_the_canvas_and_the_draw_page_preparation(drawings: Path) -> None:
    digit = read_pen_digits(drawings)[5]
    on_canvas = [stroke * 280 / TABLET_PX for stroke in digit.strokes]
    drawn = strokes_from_canvas(canvas_from_strokes(on_canvas, brush_px=12))
    prepared = prepare_pen_digit(digit, brush_px=12)
    assert prepared is not None
    assert (prepared.image == prepare_strokes(drawn, brush_px=12, canvas_px=280).image).all()


@pytest.mark.parametrize("brush_px", [12, 20, 28])
def test_pixels_and_strokes_give_nearly_the_same_digit(drawings: Path, brush_px: int) -> None:
    for digit in read_pen_digits(drawings):
        one = prepare_pen_digit(digit, brush_px=brush_px)
        other = prepare_pen_digit(digit, brush_px=brush_px, source="pixels")
        assert one is not None
        assert other is not None
        assert np.abs(one.image.astype(int) - other.image).mean() < 14


def test_training_gets_images_and_labels_and_no_dots(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", record(8), {"label": 1, "strokes": [[[200, 200]]]}, record(2))
    images, labels = load_pen_images(path, source="pixels")
    assert (images.shape, images.dtype) == ((2, 1, 28, 28), np.uint8)
    assert (labels.tolist(), labels.dtype) == ([8, 2], np.uint8)

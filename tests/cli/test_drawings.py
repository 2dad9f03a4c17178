import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from cnnplay.cli.main import main
from cnnplay.data.pen_strokes import prepare_pen_digit, read_pen_digits
from tests.data.test_pen_strokes import record, write


@dataclass
class NearestDigit:
    """Knows the prepared images of one file by heart, and answers with the label of the nearest."""

    path: Path
    classes: tuple[str, ...] = tuple("0123456789")
    spec: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.spec = SimpleNamespace(key="nearest")
        self.known = [(d.label, prepare_pen_digit(d)) for d in read_pen_digits(self.path)]

    def probs(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert images.dtype == np.uint8
        assert images.shape[1:] == (1, 28, 28)
        out = np.zeros((len(images), 10), dtype=np.float32)
        for row, image in zip(out, images, strict=True):
            gaps = [np.abs(image[0].astype(int) - p.image).sum() for _, p in self.known if p is not None]
            row[self.known[int(np.argmin(gaps))][0]] = 1
        return out


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.jsonl", *(record(digit) for digit in range(10)))


@pytest.fixture
def network(good: Path, monkeypatch: pytest.MonkeyPatch) -> NearestDigit:
    network = NearestDigit(good)
    asked: list[str] = []
    monkeypatch.setattr("cnnplay.inference.predictor.load_predictor", lambda key: asked.append(key) or network)
    monkeypatch.setattr(network, "asked", asked, raising=False)
    return network


@pytest.mark.parametrize("brush", ["12", "20", "28"])
@pytest.mark.parametrize("extra", [[], ["--from-pixels"]])
def test_json_has_the_fields_that_others_rely_on(
    good: Path, network: NearestDigit, brush: str, extra: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["drawings", str(good), "--brush", brush, *extra, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    source = "pixels" if extra else "strokes"
    expected = {"model": "nearest", "brush_px": float(brush), "source": source, "accuracy": 1.0, "n": 10, "wrong": []}
    assert result == expected


def test_what_is_wrong_is_listed_with_line_label_answer_and_probability(
    tmp_path: Path, network: NearestDigit, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "f.jsonl", record(3), record(7, label=1), {"label": 4, "strokes": [[[9, 9]]]}, record(0))
    assert main(["drawings", str(path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["accuracy"] == 0.5
    assert result["wrong"] == [
        {"line": 2, "label": 1, "answer": 7, "prob": 1.0},
        {"line": 3, "label": 4, "answer": None, "prob": None},
    ]
    assert main(["drawings", str(path)]) == 0
    text = capsys.readouterr().out
    assert "nearest reads 2 of 4 drawings (50.00%), from strokes, brush 20 px" in text
    assert "line 2: a 1, read as 7 (100.0%)" in text
    assert "line 3: a 4, nothing to read" in text


def test_scribe_is_asked_unless_another_is_named(good: Path, network: NearestDigit) -> None:
    main(["drawings", str(good), "--json"])
    main(["drawings", str(good), "--json", "--checkpoint", "densenet"])
    assert network.asked == ["scribe", "densenet"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.jsonl"], "none.jsonl cannot be read"),
        (["bad.jsonl"], "bad.jsonl, line 1: not JSON"),
        (["good.jsonl", "--brush", "0"], "--brush is 0"),
        (["good.jsonl", "--brush", "nan"], "--brush is nan"),
        (["good.jsonl", "--brush", "wide"], "--brush"),
        ([], "FILE.jsonl"),
    ],
)
def test_bad_input_is_one_line_on_stderr_and_exit_code_2(
    good: Path,
    network: NearestDigit,
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(good.parent / "bad.jsonl", "{")
    monkeypatch.chdir(good.parent)
    assert main(["drawings", *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.count("\n") == 1


def test_a_network_for_photos_is_refused(good: Path, network: NearestDigit, capsys: pytest.CaptureFixture[str]) -> None:
    network.classes = ("cat", "dog")
    assert main(["drawings", str(good), "--checkpoint", "vgg"]) == 2
    assert "vgg does not read digits" in capsys.readouterr().err

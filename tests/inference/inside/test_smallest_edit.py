"""The edit turns the answer, nothing of it can be spared, and the same question gives the same edit."""

import numpy as np
import pytest
import torch

from cnnplay.inference.inside.smallest_edit import MAX_CHANGES, UNITS, WIDE_FOR, find_edit
from cnnplay.inference.inside.stamps import Change, Tool, candidate_changes, change_picture
from cnnplay.inference.predictor import Predictor, load_predictor
from cnnplay.models.registry import build, get_spec

from .digits import ONE, SEVEN


@pytest.fixture(scope="module")
def scribe() -> Predictor:
    return load_predictor("scribe")


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize(("image", "target"), [(SEVEN, None), (ONE, None), (SEVEN, 3)])
def test_the_edit_turns_the_answer_and_none_of_it_can_be_spared(
    scribe: Predictor, image: np.ndarray, target: int | None, unit: str
) -> None:
    before = image.copy()
    edit = find_edit(scribe, image, target=target, unit=unit)
    tool = Tool.of(unit, image.shape)
    answers = [compose(scribe, image, edit.changes[:i] + edit.changes[i + 1 :], tool) for i in range(len(edit.changes))]
    assert edit.is_found
    assert scribe.predict(edit.after).label == scribe.classes[edit.answer_after]
    assert edit.answer_after == (edit.answer_after if target is None else target)
    assert edit.answer_after != edit.answer_before
    assert 1 <= len(edit.changes) <= edit.n_found <= MAX_CHANGES[unit]
    if target is None:
        assert set(answers) == {edit.answer_before}
    assert target not in answers
    assert tuple(answers) == edit.without
    assert edit.n_pixels == (edit.before != edit.after).sum()
    assert unit == "dab" or edit.n_pixels == len(edit.changes)
    assert edit.ink == pytest.approx(np.abs(edit.before.astype(int) - edit.after).sum() / 255)
    assert np.array_equal(image, before)


def compose(predictor: Predictor, image: np.ndarray, changes: tuple[Change, ...], tool: Tool) -> int:
    for change in changes:
        image = change_picture(image, change, tool)
    return int(predictor.logits(image[None])[0].argmax())


def test_a_hard_question_is_answered_in_time(scribe: Predictor) -> None:
    edit = find_edit(scribe, ONE, target=0, unit="pixel")
    assert edit.n_forward < WIDE_FOR[1] + 2500


def test_the_same_question_gives_the_same_edit(scribe: Predictor) -> None:
    first, again = (find_edit(scribe, SEVEN, unit="pixel") for _ in range(2))
    assert first.changes == again.changes
    assert all(p.grad is None for p in scribe.model.parameters())


@pytest.mark.parametrize("unit", UNITS)
def test_a_photo_can_be_edited_as_well(unit: str) -> None:
    lenet = load_predictor("lenet5")
    image = np.random.default_rng(0).integers(0, 256, (3, 32, 32), np.uint8)
    edit = find_edit(lenet, image, unit=unit)
    assert edit.is_found
    assert lenet.predict(edit.after).label == lenet.classes[edit.answer_after] != lenet.classes[edit.answer_before]
    assert edit.n_pixels <= len(edit.changes) * (1 if unit == "pixel" else 9)


def test_a_blank_sheet_can_be_edited(scribe: Predictor) -> None:
    assert find_edit(scribe, np.zeros((1, 28, 28), np.uint8)).is_found


def test_a_network_that_never_changes_its_mind_is_told_as_such() -> None:
    model = build("fc2").eval()
    with torch.no_grad():
        list(model.parameters())[-2].zero_()
    edit = find_edit(Predictor(get_spec("fc2"), model, None), SEVEN)
    assert not edit.is_found
    assert edit.changes == ()
    assert np.array_equal(edit.after, SEVEN)


def test_asking_for_the_answer_itself_changes_nothing(scribe: Predictor) -> None:
    edit = find_edit(scribe, SEVEN, target=7)
    assert not edit.is_found
    assert edit.changes == ()


@pytest.mark.parametrize(("unit", "channels"), [("dab", 1), ("pixel", 1), ("dab", 3), ("pixel", 3)])
def test_candidates_are_ranked_by_what_the_gradient_expects(unit: str, channels: int) -> None:
    generator = np.random.default_rng(1)
    image = generator.integers(0, 256, (channels, 9, 8), np.uint8)
    slope = generator.normal(size=image.shape).astype(np.float32)
    tool = Tool.of(unit, image.shape)
    ranked = candidate_changes(image, slope, tool)
    gains = [
        float(((change_picture(image, change, tool).astype(np.float32) - image) / 255 * slope).sum())
        for change in ranked
    ]
    assert min(gains) > -0.05  # the picture is in whole levels, the expectation is not
    assert (np.diff(gains) < 0.05).all()
    assert np.argmax(gains) < 3


def test_ink_is_added_and_taken_away_by_the_width_of_a_pen() -> None:
    tool = Tool.of("dab", (1, 28, 28))
    blank = np.zeros((1, 28, 28), np.uint8)
    inked = change_picture(blank, Change((10, 12), (1,)), tool)
    assert inked[0, 10, 12] == 255
    assert 0 < inked[0, 9, 11] < inked[0, 9, 12] < 255
    assert (inked > 0).sum() == 9
    assert not change_picture(inked, Change((10, 12), (0,)), tool)[0, 10, 12]
    corner = change_picture(blank, Change((0, 0), (1,)), tool)
    assert (corner > 0).sum() == 4

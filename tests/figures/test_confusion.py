"""The confusion matrix as a chart: every cell can be clicked, and zero has no colour."""

import numpy as np

from cnnplay.figures.confusion import MOST_LISTENING, confusion, confusion_difference

CLASSES = ("cat", "dog", "<b>")
A = np.array([[90, 8, 2], [5, 95, 0], [0, 0, 100]])
B = np.array([[80, 18, 2], [0, 100, 0], [1, 0, 99]])


def test_every_cell_is_a_mark_that_knows_its_classes_and_counts():
    matrix, marks = confusion(A, CLASSES).data
    assert [tuple(each[:3]) for each in marks.customdata] == [(*cell, A[cell]) for cell in np.ndindex(A.shape)]
    assert marks.customdata[2][4:] == ["cat", "&lt;b&gt;"]
    assert list(zip(marks.y, marks.x, strict=True)) == list(np.ndindex(A.shape))
    assert list(matrix.text[0]) == ["90", "8", "2"]


def test_right_answers_are_blue_and_mistakes_orange():
    tints = np.array(confusion(A, CLASSES).data[0].z)
    assert np.all(np.diag(tints) > 0)
    assert np.all(tints[~np.eye(3, dtype=bool)] <= 0)
    assert tints.min() == tints[0, 1] == -1


def test_a_difference_is_blue_where_the_first_says_it_more_often():
    matrix, marks = confusion_difference(A, B, CLASSES, names=("one", "<i>")).data
    assert np.array_equal(np.sign(matrix.z), np.sign(A - B))
    assert np.abs(matrix.z).max() == 1
    assert list(matrix.text[0]) == ["+10", "−10", ""]  # noqa: RUF001
    assert tuple(marks.customdata[1][2:4]) == (8, 18)
    assert "&lt;i&gt;" in marks.hovertemplate


def test_a_cell_can_be_chosen_from_the_start_and_a_click_can_choose_another():
    figure = confusion(A, CLASSES, chosen=(1, 0))
    assert figure.data[1].selectedpoints == (3,)
    assert confusion(A, CLASSES).data[1].selectedpoints is None
    assert figure.layout.dragmode == "pan"


def test_of_very_many_classes_only_cells_with_pictures_are_marks():
    counts = np.diag(np.full(MOST_LISTENING + 60, 7))
    counts[0, 1] = 3
    matrix, marks = confusion(counts, [str(at) for at in range(len(counts))]).data
    assert len(marks.x) == len(counts) + 1
    assert matrix.text is None


def test_networks_that_say_the_same_have_a_matrix_without_colour():
    assert not np.any(confusion_difference(A, A, CLASSES, names=("a", "b")).data[0].z)

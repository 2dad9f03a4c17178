"""A push's curve says where the answer turns, and where one looks."""

import numpy as np

from cnnplay.figures.inside_why import push_chart


def test_the_curve_marks_where_the_answer_turns_and_where_one_looks() -> None:
    noise = np.array([[1.0, 0.8], [1.0, 0.9]], np.float32)
    figure = push_chart([1.0, 0.9, 0.4], noise, noise_step=2, strength=1, flips_at=2, name="<b>cat")
    _, mean, pushed, turn = figure.data
    assert list(mean.x) == [0, 2]
    np.testing.assert_allclose(mean.y, [100, 85])
    assert list(pushed.y) == [100, 90, 40]
    assert (turn.x, turn.text) == ((2,), ("another answer from 2 on",))
    assert figure.layout.shapes[0].x0 == 1
    assert "&lt;b&gt;cat" in figure.layout.title.text
    assert len(push_chart([1.0], noise, noise_step=2, strength=0, flips_at=None, name="cat").data) == 3

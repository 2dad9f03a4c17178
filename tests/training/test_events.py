"""When a run is looked into."""

from hypothesis import given
from hypothesis import strategies as st

from cnnplay.training.events import milestone_steps


def test_milestones_are_two_an_octave():
    assert milestone_steps(100) == (0, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 100)


@given(st.integers(1, 10**6))
def test_milestones_begin_before_the_first_step_and_end_after_the_last(n_steps):
    steps = milestone_steps(n_steps)
    assert (steps[0], steps[-1]) == (0, n_steps)
    assert list(steps) == sorted(set(steps))

"""The arithmetic of a convolution's cost, against torch's own counter and the published example."""

from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnplay.experiments.cost import convolution_cost, narrowed_cost
from cnnplay.experiments.registry import get_experiment
from cnnplay.models.arithmetic import count_macs, count_parameters


def test_the_published_example():
    assert convolution_cost(192, 32, 5, 28).multiplications == 120_422_400
    assert narrowed_cost(192, 16, 32, 5, 28).multiplications == 12_443_648
    one_by_one = get_experiment("one_by_one")
    assert one_by_one.guesses[one_by_one.judge({})] == "About a tenth"


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 20), st.integers(1, 8), st.integers(1, 20), st.sampled_from([1, 3, 5]), st.integers(1, 12))
def test_it_is_what_torch_counts(n_in, n_narrow, n_out, kernel, size):
    large = nn.Conv2d(n_in, n_out, kernel, padding=kernel // 2, bias=False)
    both = nn.Sequential(
        nn.Conv2d(n_in, n_narrow, 1, bias=False), nn.Conv2d(n_narrow, n_out, kernel, padding=kernel // 2, bias=False)
    )
    costs = convolution_cost(n_in, n_out, kernel, size), narrowed_cost(n_in, n_narrow, n_out, kernel, size)
    for model, cost in zip((large, both), costs, strict=True):
        assert cost.multiplications == count_macs(model, (n_in, size, size))
        assert cost.weights == count_parameters(model)

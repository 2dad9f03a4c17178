"""The command `experiments`: lists, shows what was measured, and refuses what does not go together."""

import pytest

from cnnplay.experiments.registry import list_experiments


def test_it_lists_every_question(ask):
    code, found, _ = ask("experiments")
    assert code == 0
    assert [row["key"] for row in found["experiments"]] == [each.key for each in list_experiments()]


def test_it_shows_every_arm_with_its_mean_and_interval(ask):
    code, found, _ = ask("experiments", "relu_or_sigmoid")
    assert code == 0
    relu, *_, sigmoid = found["experiment"]["arms"]
    assert relu["low"] < relu["mean"] < relu["high"]
    assert relu["mean"] > 0.9 > 0.3 > sigmoid["mean"]
    assert found["experiment"]["answer"] == "ReLU: the sigmoid hardly learns"
    assert not found["experiment"]["is_stale"]


def test_what_was_not_measured_is_null(ask, tmp_path):
    code, found, _ = ask("experiments", "depth", "--result", tmp_path / "none.json")
    assert code == 0
    assert {arm["mean"] for arm in found["experiment"]["arms"]} == {None}
    assert found["experiment"]["answer"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["luck"], "There is no experiment called 'luck'"),
        (["slip", "--seeds", "2"], "--seeds and --arm belong to --run"),
        (["--run"], "There is no experiment to run or show"),
        (["slip", "--run", "--arm", "left"], "slip has no arm left"),
        (["slip", "--run", "--seeds", "0"], "--seeds is 0"),
    ],
)
def test_what_does_not_go_together_is_refused(ask, arguments, message):
    code, found, err = ask("experiments", *arguments)
    assert (code, found) == (2, None)
    assert message in err

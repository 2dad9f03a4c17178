"""Curves and trade-offs on the Compare page without a browser: every axis, what is missing, what an address opens."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.comparison.tradeoffs import AXES

from .runs import add_run

Open = Callable[..., AppTest]


@pytest.fixture
def compare(open_page: Open, home: Path) -> Open:
    def open_(**address: str) -> AppTest:
        return open_page("compare", shipped=True, address={"data": "cifar10", **address})

    return open_


def captions(app: AppTest) -> str:
    return " ".join(each.value for each in app.caption)


@pytest.mark.parametrize("by", ["epoch", "step", "time", "flops"])
def test_curves_open_on_every_axis_and_say_what_it_is(compare: Open, by: str) -> None:
    app = compare(view="curves", by=by, nets="resnet,lenet5")
    assert not app.exception
    assert app.session_state["choice_by"] == by
    assert {"epoch": "Epochs", "step": "Steps", "time": "Time", "flops": "times the MACs"}[by] in captions(app)
    assert "No curve was kept of lenet5. Train again to see one." in captions(app)


def test_what_was_published_is_named_with_its_source(compare: Open) -> None:
    app = compare(view="curves", published="true", by="time", nets="vgg,lenet,lenet5")
    assert "vgg 84.57 %, after 10 epochs of Adam; lenet5 64.00 %, after 10 epochs of Adam." in captions(app)
    assert "No times were published" in captions(app)
    assert "Nothing was published" in captions(compare(view="curves", published="true", nets="lenet"))


def test_a_run_whose_curve_has_not_begun_is_named_letter_by_letter(compare: Open) -> None:
    run = add_run("lenet5", "cifar10", "*mine* $x$", end=None)
    app = compare(view="curves", nets=run.short_id)
    assert not app.exception
    assert r"No curve was kept of \*mine\* \$x\$" in captions(app)


def test_any_two_figures_stand_in_the_address(compare: Open) -> None:
    app = compare(view="tradeoffs", x="size_bytes", y="calibration_error")
    assert not app.exception
    assert [box.value for box in app.selectbox if box.label in ("Up", "To the right")] == [
        "calibration_error", "size_bytes",
    ]  # fmt: skip
    assert compare(view="tradeoffs", x="nonsense", y=AXES["loss"].title).selectbox[0].value == "accuracy"


def test_a_network_without_a_figure_is_named_with_the_reason(compare: Open) -> None:
    run = add_run("lenet5", "cifar10", "mine", end=None)
    app = compare(view="tradeoffs", nets=f"{run.short_id},vgg")
    assert "Not finished, and without a point until then: mine." in captions(app)
    app = compare(view="tradeoffs", x="latency_ms", y="latency_256_ms", nets="vgg,resnet")
    assert not app.exception
    assert "Of vgg and resnet there is no figure for: Answer to 1 and Answer to 256." in captions(app)
    assert "measured under How sturdy" in captions(app)


def test_an_address_opens_the_mistakes_of_a_network_also_where_the_pictures_are_not(compare: Open) -> None:
    app = compare(view="tradeoffs", pick="resnet", nets="resnet,vgg")
    assert not app.exception
    html = " ".join(each.value for each in app.get("html"))
    assert "Its 929 mistakes" in html
    assert html.count('class="cp-shot"') == 24
    app.button(key="picked_close").click().run()
    assert "Its 929 mistakes" not in " ".join(each.value for each in app.get("html"))
    assert not compare(view="tradeoffs", pick="nonsense").exception


def test_one_network_has_nothing_to_be_set_beside(compare: Open) -> None:
    assert "Two or more runs with a result" in captions(compare(view="tradeoffs", nets="vgg"))

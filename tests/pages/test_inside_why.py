"""Why: the maps, the edit and the push, as a visitor gets them; all settings stand in the address."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.data.digit import render
from cnnplay.data.picture_code import decode_picture, encode_picture
from cnnplay.inference.predictor import load_predictor
from cnnplay.ui import inside_why_computed, state

Open = Callable[..., AppTest]
SEVEN = render(np.array([[(7, 6), (20, 6)], [(20, 6), (12, 23)]], float))[None]
ADDRESS = {"view": "why", "network": "scribe", "input": encode_picture(SEVEN)}


def html(app: AppTest) -> str:
    return "\n".join(str(each.proto.body) for each in app.get("html"))


def tiles(app: AppTest) -> dict[str, str]:
    found = re.findall(r'<article class="cp-why-tile" data-method="(\w+)">(.*?)</article>', html(app), re.DOTALL)
    return dict(found)


def pictures(text: str) -> list[str]:
    return re.findall(r'src="(data:[^"]+)"', text)


def test_four_methods_stand_beside_each_other_with_their_cost_and_worth(open_page: Open) -> None:
    app = open_page("inside", shipped=True, address=ADDRESS)
    shown = tiles(app)
    assert not app.exception
    assert list(shown) == ["gradcam", "integrated", "saliency", "occlusion"]
    for text in shown.values():
        assert re.search(r"[\d.]+ ms, [\d,]+ pass", text)
        assert "<b>Tells</b>" in text
        assert "<b>Does not tell</b>" in text
        assert "https://arxiv.org/abs/" in text
        assert len(pictures(text)) == 1
    assert "<code>block3.conv2</code>" in shown["gradcam"]
    assert "7 x 7 cells" in shown["gradcam"]
    assert "26 passes, 24 back" in shown["integrated"]
    assert "a gap of" in shown["integrated"]
    assert "170 passes" in shown["occlusion"]


def test_the_address_holds_class_layer_and_settings(open_page: Open) -> None:
    wanted = {"cls": "2", "vs": "1", "cam": "conv1.conv", "steps": "16", "window": "7", "stride": "7", "fill": "white"}
    app = open_page("inside", shipped=True, address={**ADDRESS, **wanted})
    shown = tiles(app)
    assert "speak for 2 against 7" in shown["gradcam"]
    assert "28 x 28 cells" in shown["gradcam"]
    assert "from ink to the picture" in shown["integrated"]
    assert "18 passes, 16 back" in shown["integrated"]
    assert "square of 7 x 7 becomes ink" in shown["occlusion"]
    assert "17 passes" in shown["occlusion"]
    app.selectbox(key="choice_cls").set_value("3").run()
    assert app.query_params["cls"] == "3"
    app.selectbox(key="choice_cls").set_value("7").run()
    assert "cls" not in app.query_params


def test_what_was_computed_is_not_computed_again_for_another_view(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnplay.inference.inside import attributions

    asked: list[str] = []
    attribute = attributions.attribute

    def note(*args: object, **options: object) -> object:
        asked.append(str(options["method"]))
        return attribute(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(attributions, "attribute", note)
    app = open_page("inside", shipped=True, address=ADDRESS)
    assert len(asked) == 4
    app.slider(key="slider_over").set_value(30).run()
    assert len(asked) == 4
    app.slider(key="slider_window").set_value(9).run()
    assert asked[4:] == ["occlusion"]


def test_a_sanity_check_is_one_click_away(open_page: Open) -> None:
    app = open_page("inside", shipped=True, address={**ADDRESS, "stride": "8", "steps": "8"})
    app.toggle(key="switch_check").set_value(True).run()
    shown = tiles(app)
    assert all("With random weights" in text and len(pictures(text)) == 2 for text in shown.values())
    assert "it shows the picture's edges" in html(app) or "Stays the same in where there is ink" in html(app)
    assert re.search(r"rank correlation 0\.9\d", shown["integrated"])
    before = pictures(shown["saliency"])[1]
    app.button(key="why_draw").click().run()
    assert app.query_params["draw"] == "1"
    assert pictures(tiles(app)["saliency"])[1] != before
    assert "1810.03292" in "".join(caption.value for caption in app.caption)


def test_a_network_without_convolutions_says_so_in_the_tile(open_page: Open) -> None:
    app = open_page("inside", shipped=True, address={**ADDRESS, "network": "fc2", "check": "1"})
    assert not app.exception
    assert not app.error
    assert "this network has none" in tiles(app)["gradcam"]
    assert "With random weights" in tiles(app)["saliency"]


@pytest.mark.parametrize("asked", ["maps", "edit", "push"])
def test_an_empty_picture_is_told_as_such(open_page: Open, asked: str) -> None:
    blank = encode_picture(np.zeros((1, 28, 28), np.uint8))
    app = open_page("inside", shipped=True, address={**ADDRESS, "input": blank, "why": asked})
    assert not app.exception
    assert "The picture is empty" in app.info[0].value
    if asked == "maps":
        assert "All shares are 0" in tiles(app)["integrated"]


def test_an_answer_that_is_hardly_one_is_told_as_such(open_page: Open) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1, 28, 28), np.uint8)
    app = open_page("inside", shipped=True, address={**ADDRESS, "input": encode_picture(noise), "why": "push"})
    assert "none of its classes" in app.info[0].value or "not sure" in app.info[0].value


@pytest.mark.parametrize("unit", ["dab", "pixel"])
def test_the_smallest_edit_is_shown_and_can_be_looked_into(open_page: Open, unit: str) -> None:
    app = open_page("inside", shipped=True, address={**ADDRESS, "why": "edit", "unit": unit, "to": "3"})
    assert re.search(r"<b>\d+ (dabs? of the pen|pixels?)</b> turns? the answer from 7 to <b>3</b>", html(app))
    assert "smaller edits may exist" in "".join(caption.value for caption in app.caption)
    app.button(key="why_inside").click().run()
    edited = decode_picture(app.query_params["input"])
    assert load_predictor("scribe").predict(edited).label == "3"
    assert not np.array_equal(edited, SEVEN)


def test_the_edited_digit_can_be_drawn_on(open_page: Open) -> None:
    app = open_page("inside", shipped=True, address={**ADDRESS, "why": "edit"})
    app.button(key="why_redraw").click().run()
    assert not app.exception
    sample = app.session_state[state.SAMPLE]
    assert load_predictor("scribe").predict(sample.image[None]).label != "7"
    assert "instead of 7" in sample.note


def test_a_push_has_its_strength_in_the_address(open_page: Open) -> None:
    app = open_page("inside", shipped=True, address={**ADDRESS, "why": "push", "eps": "0"})
    assert "nothing yet" in html(app)
    assert re.search(r"A push by <b>\d+</b> of 255 turns 7 into <b>\d</b>", html(app))
    app.slider(key="slider_eps").set_value(40).run()
    assert app.query_params["eps"] == "40"
    assert "times 3" in html(app)


def test_photos_are_asked_in_the_same_way(open_page: Open) -> None:
    photo = encode_picture(np.random.default_rng(0).integers(0, 256, (3, 32, 32), np.uint8))
    address = {"view": "why", "network": "lenet5", "input": photo, "stride": "8"}
    for asked in ("maps", "edit", "push"):
        app = open_page("inside", shipped=True, address={**address, "why": asked})
        assert not app.exception
        assert not app.error
        assert pictures(html(app))


def test_what_is_kept_is_bounded() -> None:
    bounds = vars(inside_why_computed)
    assert all(bounds[name] <= 400 for name in ("MAX_MAPS", "MAX_CHECKS", "MAX_EDITS", "MAX_PUSHES"))

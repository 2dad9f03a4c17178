"""The Kernels page: its results against PyTorch, addresses, pictures, and what it says where something cannot be."""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnplay.data.picture_code import encode_picture
from cnnplay.errors import InputError
from cnnplay.inference.convolution import Convolution
from cnnplay.inference.convolution_kernels import KNOWN_KERNELS
from cnnplay.ui import kernels_stage
from cnnplay.ui.kernels_colours import scale_for
from cnnplay.ui.kernels_pictures import BUILT_IN, open_built_in
from cnnplay.ui.kernels_state import Settings
from cnnplay.ui.kernels_text import Kernel, from_known, known_name, parse_cell, parse_grid, read_kernels, write_kernels
from cnnplay.ui.kernels_walk import piece_around
from cnnplay.ui.state import KERNELS_ERROR

Open = Callable[..., AppTest]
DIGIT = np.random.default_rng(1).integers(0, 256, (1, 28, 28), dtype=np.uint8)
PHOTO = np.random.default_rng(2).integers(0, 256, (3, 32, 32), dtype=np.uint8)
CELLS = st.sampled_from(["0", "1", "-1", "8", "0.5", "-2.25", "1/9", "120"])


def shown(app: AppTest, component: str) -> dict[str, Any]:
    """What a component was given."""
    assert not app.exception
    (found,) = [each for each in app.get("bidi_component") if each.proto.component_name.endswith(component)]
    data: dict[str, Any] = json.loads(found.proto.json)
    return data


def stage(app: AppTest) -> dict[str, Any]:
    return shown(app, "kernels_stage")


def walk(app: AppTest) -> dict[str, Any]:
    return shown(app, "kernels_walk")


def html(app: AppTest, css_class: str) -> str:
    return next(element.body for element in app.html if f'class="{css_class}' in element.body)


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [button for button in app.button if button.label == label]
    return button.click().run()


def upload(app: AppTest, *, width: int, height: int) -> AppTest:
    buffer = BytesIO()
    Image.fromarray(np.full((height, width, 3), 77, np.uint8)).save(buffer, "PNG")
    return app.file_uploader[0].set_value(("plain.png", buffer.getvalue(), "image/png")).run()


def asked(app: AppTest, name: str) -> str:
    """What the address says; AppTest gives it as text or as a list of one."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[0]


def test_it_opens_with_a_photo_a_kernel_and_a_result(open_page: Open) -> None:
    app = open_page("kernels", networks=False)
    data = stage(app)
    assert len(app.title) == 1
    assert data["cells"] == ["-1", "0", "1", "-2", "0", "2", "-1", "0", "1"]
    assert (data["height"], data["width"]) == (171, 256)
    assert (data["outRows"], data["outColumns"]) == (169, 254)
    assert data["maps"][0].startswith("data:image/png")
    assert "\N{LEFT FLOOR}(171 + 2" in html(app, "cp-k-sizes")
    assert "386,334" in html(app, "cp-k-sizes")
    assert not app.warning


@pytest.mark.parametrize("known", KNOWN_KERNELS, ids=lambda known: known.key)
def test_a_known_kernel_is_named_and_one_sentence_says_what_it_does(open_page: Open, known: Any) -> None:
    app = open_page("kernels", address={"k": known.key, "input": encode_picture(DIGIT)})
    assert stage(app)["kernelTitle"] == known.title
    assert any(known.does in caption.value for caption in app.caption)


def test_the_published_kernel_has_its_true_name_and_a_picture_of_it_says_that_all_is_black(open_page: Open) -> None:
    app = open_page("kernels", address={"k": "negated_blur", "show": "picture", "input": encode_picture(PHOTO)})
    data = stage(app)
    assert data["cells"] == ["-1"] * 4 + ["-8"] + ["-1"] * 4
    assert data["kernelTitle"] == "Negated blur"
    assert "all are below 0 and shown black" in data["resultNote"]


def test_an_address_opens_with_all_it_holds_and_equals_torch(open_page: Open) -> None:
    address = {
        "input": encode_picture(PHOTO), "channels": "3", "k": "sobel_x~3x3d2b-7_1_2_3_4_5_6_7_8_9", "map": "2",
        "stride": "2", "pad": "2", "fill": "reflect", "dilation": "2", "at": "3,5", "show": "numbers", "layer": "3",
    }  # fmt: skip
    app = open_page("kernels", address=address)
    seen = walk(app)
    padded = F.pad(torch.from_numpy(PHOTO).double()[None], (2,) * 4, mode="reflect")
    weight = torch.arange(1, 10, dtype=torch.float64).reshape(1, 1, 3, 3).repeat(1, 3, 1, 1) / 2
    expected = F.conv2d(padded, weight, torch.tensor([-7.0], dtype=torch.float64), stride=2, dilation=2)[0, 0].numpy()
    top, left = seen["first"]
    values = np.array(seen["values"])
    assert np.array_equal(values, expected[top : top + len(values), left : left + values.shape[1]])
    assert seen["at"] == [3, 5]
    assert seen["names"] == ["Red", "Green", "Blue"]
    assert f"<b>{expected[3, 5]:,.4f}".rstrip("0").rstrip(".") in html(app, "cp-k-terms").replace("\N{MINUS SIGN}", "-")
    assert stage(app)["kernelTitle"] == "Your kernel, 2 of 2"
    assert stage(app)["layer"] == 2
    assert "27 products" in html(app, "cp-k-terms")
    assert html(app, "cp-k-stack").count("<figure>") == 7


def test_choosing_a_known_kernel_and_a_size_goes_into_the_address(open_page: Open) -> None:
    app = open_page("kernels", address={"input": encode_picture(DIGIT)})
    app.button_group(key="kernels_known").set_value("gaussian").run()
    assert asked(app, "k") == "gaussian"
    assert stage(app)["columns"] == 5
    assert stage(app)["divisor"] == "256"
    app.number_input(key="kernels_n_columns").set_value(2).run()
    assert asked(app, "k") == "5x2d256_4_6_16_24_24_36_16_24_4_6"
    assert "even side has no whole padding" in html(app, "cp-k-sizes")
    app.number_input(key="kernels_pad").set_value(2).run()
    assert asked(app, "pad") == "2"
    app.number_input(key="kernels_n_kernels").set_value(3).run()
    assert len(stage(app)["maps"]) == 3


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ({"groups": "2"}, "2 groups do not fit: channels 1, kernels 1"),
        ({"groups": "3", "channels": "3"}, "3 groups do not fit: channels 3, kernels 1"),
        ({"k": "box", "dilation": "2"}, "covers 9 x 9 pixels, and the padded picture has 6 x 64"),
        ({"pad": "7", "fill": "reflect"}, "take at most 5"),
        ({"pad": "7", "fill": "circular"}, "take at most 6"),
    ],
)
def test_what_does_not_fit_gets_a_sentence_in_the_place_of_the_result(
    open_page: Open, address: dict[str, str], sentence: str
) -> None:
    app = upload(open_page("kernels", address={"input": "mine", "px": "64", **address}), width=128, height=12)
    assert sentence in stage(app)["missing"]
    assert stage(app)["maps"] == []
    assert "no map to pool" not in "".join(warning.value for warning in app.warning)


@pytest.mark.parametrize(
    "text", ["3x3_1_2", "hello", "3x3_a_b_c_d_e_f_g_h_i", "9x9_1", "1x1d0_1", "~".join(["box"] * 5)]
)
def test_a_damaged_kernel_in_the_address_gets_a_sentence_and_the_page_goes_on(open_page: Open, text: str) -> None:
    app = open_page("kernels", address={"k": text, "input": encode_picture(DIGIT)})
    assert len(app.warning) == 1
    assert stage(app)["kernelTitle"] == "Sobel x"


def test_depthwise_groups_keep_the_channels_apart(open_page: Open) -> None:
    address = {"input": encode_picture(PHOTO), "channels": "3", "groups": "3", "k": "identity~identity~identity"}
    app = open_page("kernels", address={**address, "map": "3"})
    assert stage(app)["layers"] == []
    assert walk(app)["names"] == ["Blue"]
    row, column = walk(app)["first"]
    assert walk(app)["values"][0][0] == PHOTO[2, row + 1, column + 1]
    assert "together" in html(app, "cp-k-together")


def test_pooling_shows_the_published_sizes(open_page: Open) -> None:
    app = press(open_page("kernels"), "Published example: 886 x 878")
    assert "886 x 878" in html(app, "cp-k-pools")
    assert html(app, "cp-k-pools").count("443 x 439") == 2


def test_pooling_writes_a_window_out(open_page: Open) -> None:
    app = open_page("kernels", address={"input": encode_picture(DIGIT), "at": "4,6"})
    window = DIGIT[0, 4:6, 6:8]
    (said,) = [caption.value for caption in app.caption if "the window holds" in caption.value]
    assert f"the largest is {window.max()}" in said
    assert f"the mean {window.mean():g}" in said


def test_a_window_that_is_too_large_gets_a_sentence(open_page: Open) -> None:
    app = open_page(
        "kernels", address={"input": encode_picture(PHOTO), "pool_of": "map", "pool": "8", "stride": "4", "k": "box"}
    )
    assert "take a smaller" in app.warning[0].value


def test_pictures_that_are_not_there_leave_the_usual_one_with_a_sentence(open_page: Open) -> None:
    for picture, sentence in (
        ("mine", "no photo in this visit"),
        ("test:cifar10:3", "python -m cnnplay data cifar10 --download"),
        ("damaged", "damaged"),
    ):
        app = open_page("kernels", address={"input": picture})
        assert sentence in app.warning[0].value.replace("\\", "")
        assert stage(app)["width"] == 256


def test_without_a_drawing_it_says_where_to_draw_one(open_page: Open) -> None:
    app = open_page("kernels")
    app.button_group(key="kernels_kind").set_value("drawing").run()
    assert "no drawing in this visit" in app.warning[0].value
    assert stage(app)["width"] == 256


def test_the_drawing_of_this_visit_goes_into_the_address(open_page: Open) -> None:
    path = [["M", 80, 70], ["L", 200, 70], ["L", 130, 230]]
    seven = {"objects": [{"type": "Path", "path": path, "strokeWidth": 20}], "background": "#fff"}
    app = open_page("kernels", drawing=seven)
    app.button_group(key="kernels_kind").set_value("drawing").run()
    assert stage(app)["width"] == 28
    address = asked(app, "input")
    elsewhere = open_page("kernels", address={"input": address})
    assert stage(elsewhere)["picture"] == stage(app)["picture"]


def test_a_random_digit_has_its_number_in_the_address(open_page: Open) -> None:
    app = open_page("kernels")
    app.button_group(key="kernels_kind").set_value("digit").run()
    assert asked(app, "input").startswith("test:mnist")
    assert stage(app)["width"] == 28


def test_an_upload_says_that_an_address_cannot_hold_it_and_offers_what_it_can(open_page: Open) -> None:
    app = upload(open_page("kernels", address={"input": "mine", "px": "64"}), width=120, height=90)
    assert (stage(app)["height"], stage(app)["width"]) == (48, 64)
    assert any("address cannot hold" in caption.value for caption in app.caption)
    press(app, "Take 32 x 32 pixels, which an address can hold")
    assert stage(app)["width"] == 32
    assert len(asked(app, "input")) < 4500
    app.file_uploader[0].set_value(("broken.png", b"hello", "image/png")).run()
    assert r"broken\.png" in app.warning[0].value


@st.composite
def kernels(draw: st.DrawFn) -> list[Kernel]:
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    row = st.tuples(*[CELLS] * columns)
    grid = st.tuples(*[row] * rows)

    def one() -> Kernel:
        layers = draw(st.one_of(st.tuples(grid), st.tuples(grid, grid, grid)))
        return Kernel(layers, draw(st.sampled_from(["1", "9", "0.5"])), draw(st.sampled_from(["0", "-12", "1/3"])))

    return [one() for _ in range(draw(st.integers(1, 4)))]


@given(kernels())
def test_kernels_come_back_out_of_an_address(made: list[Kernel]) -> None:
    assert list(read_kernels(write_kernels(made))) == made


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-1", "-1"),
        (" 0,5 ", "0.5"),
        ("\N{MINUS SIGN}2", "-2"),
        ("1/9", "1/9"),
        ("+3", "3"),
        (".5", "0.5"),
        ("4/2", "4/2"),
    ],
)
def test_a_cell_takes_numbers_as_people_write_them(text: str, value: str) -> None:
    assert Fraction(parse_cell(text, "It")) == Fraction(value)


@pytest.mark.parametrize("text", ["0.00001", "-0.000001", "0.000001/7", "1234.567", "9999"])
def test_small_and_long_numbers_come_back_out_of_an_address(text: str) -> None:
    kernel = Kernel((((parse_cell(text, "It"), "1"),),), bias=parse_cell(text, "It"))
    assert read_kernels(write_kernels([kernel])) == (kernel,)
    assert float(Fraction(kernel.bias)) == pytest.approx(float(Fraction(text.split("/")[0])), abs=1e-6)


@pytest.mark.parametrize(
    ("text", "divisor", "error"),
    [("1x2_0.00001_0.00002", "0.00003", ""), ("1x2_9999_9999", "1", "up to 9,999"), ("1x2_1/3_1", "1.333333", "")],
)
def test_a_kernel_is_divided_by_its_sum_where_that_is_a_divisor(
    monkeypatch: pytest.MonkeyPatch, text: str, divisor: str, error: str
) -> None:
    kernel = read_kernels(text)[0]
    kept = [kernel]
    monkeypatch.setattr(kernels_stage, "keep_kernel", lambda _settings, changed: kept.append(changed))
    monkeypatch.setattr(kernels_stage.st, "session_state", told := dict[str, str]())
    settings = Settings((kernel,), Convolution(kernel.numbers(1)[None]), 1, 0, 0, "")
    kernels_stage.take(settings, "tool:mean")
    assert kept[-1].divisor == divisor
    assert error in told.get(KERNELS_ERROR, "")
    assert read_kernels(write_kernels(kept)) == tuple(kept)


@pytest.mark.parametrize("text", ["", "  ", "abc", "1e9", "nan", "1/0", "99999", "--1", "<b>", "1/2/3"])
def test_a_cell_that_holds_no_number_is_named(text: str) -> None:
    with pytest.raises(InputError, match="row 2, column 1"):
        parse_grid(["1", "2", text, "4"], 2)


@pytest.mark.parametrize("size", [(5, 5), (6, 4), (7, 3)])
def test_zeros_around_a_known_kernel_do_not_change_its_name_nor_going_back(size: tuple[int, int]) -> None:
    for known in KNOWN_KERNELS:
        kernel = from_known(known)
        if kernel.size <= size and kernel.size[1] <= size[1]:
            larger = kernel.resized(*size)
            assert larger.resized(*kernel.size) == kernel
            assert (known_name(larger) or known) == known


@given(st.integers(1, 200), st.integers(1, 25), st.integers(1, 4), st.data())
def test_the_piece_that_is_walked_holds_the_place_and_lies_inside(
    n_places: int, span: int, stride: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, n_places - 1))
    piece = piece_around(place, n_places=n_places, span=span, stride=stride)
    assert piece.first <= place < piece.first + piece.n_places <= n_places
    assert piece.first_pixel + piece.n_pixels <= (n_places - 1) * stride + span


def test_zero_is_white_and_signs_have_their_colours() -> None:
    values = np.array([[-100.0, 0.0, 100.0, 50.0]])
    blue, zero, orange, pale = scale_for(values, "numbers").colours(values)[0]
    assert (blue, zero, orange) == ("#2563eb", "#ffffff", "#e8590c")
    assert pale not in (zero, orange)
    grey = scale_for(values, "picture").colours(np.array([[-5.0, 300.0, 128.0]]))[0]
    assert grey == ["#000000", "#ffffff", "#808080"]


@pytest.fixture
def no_photos(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    open_built_in.cache_clear()
    monkeypatch.setattr("cnnplay.ui.kernels_pictures.find_spec", lambda name: None)
    yield
    open_built_in.cache_clear()


@pytest.mark.usefixtures("no_photos")
def test_without_the_photo_the_page_says_so(open_page: Open) -> None:
    app = open_page("kernels")
    assert not app.exception
    assert any("not on this machine" in warning.value for warning in app.warning)


def test_the_photos_are_there_without_loading_their_package() -> None:
    for file, _ in BUILT_IN.values():
        assert open_built_in(file).size == (640, 427)

"""Look inside: which network, which picture and which layer follow from the address."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.data.picture_code import encode_picture
from cnnplay.data.store import load_dataset
from cnnplay.inference.predictor import load_predictor
from cnnplay.ui.samples import SampleDigit

OpenPage = Callable[..., AppTest]


def texts(app: AppTest) -> str:
    assert not app.exception
    return " ".join([*(element.proto.body for element in app.get("html")), *(each.value for each in app.caption)])


def test_it_opens_with_a_test_digit_and_the_answer(open_page: OpenPage) -> None:
    shown = texts(open_page("inside", shipped=True))
    assert "Test picture 0 of" in shown
    assert "% sure" in shown


def test_without_photos_a_painted_one_is_looked_at(open_page: OpenPage) -> None:
    app = open_page("inside", shipped=True, address={"network": "lenet5"})
    assert "A painted ship" in texts(app)
    assert any("CIFAR-10 is not on this machine" in each.value for each in app.caption)


def test_a_picture_in_the_address_is_the_one_that_is_read(open_page: OpenPage) -> None:
    data = load_dataset("mnist-5k")
    image = np.array(data.test_images[7])
    address = {"network": "cnn6", "input": encode_picture(image)}
    app = open_page("inside", shipped=True, address=address)
    shown = texts(app)
    assert "came with the address" in shown
    assert f">{load_predictor('cnn6').predict(image).label}<" in shown


def test_the_visitors_drawing_comes_first(open_page: OpenPage) -> None:
    sample = SampleDigit(np.array(load_dataset("mnist-5k").test_images[3, 0]), "a digit")
    app = open_page("inside", shipped=True, sample_digit=sample)
    assert "Your drawing" in texts(app)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("nonsense", "damaged"),
        ("test:mnist-5k", "like test:mnist:12"),
        ("test:mnist-5k:-3", "like test:mnist:12"),
        ("test:mnist-5k:" + 5000 * "9", "like test:mnist:12"),
        (f"test:{5000 * 'x'}:1", f"no data set &#x27;{40 * 'x'}&#x27;"),
        ("test:mnist-5k:999999", "pictures, and the address asks for 999,999"),
        ("test:no-such-set:1", "no-such-set"),
        ("test:cifar10:1", "CIFAR-10 is not on this machine"),
    ],
)
def test_an_address_that_names_no_picture_is_told_so(open_page: OpenPage, asked: str, said: str) -> None:
    app = open_page("inside", shipped=True, address={"network": "cnn6", "input": asked})
    assert said in texts(app)


def test_a_picture_of_another_shape_gives_way_to_one_that_fits(open_page: OpenPage) -> None:
    colour = encode_picture(np.zeros((3, 32, 32), np.uint8))
    assert "Test picture 0 of" in texts(open_page("inside", shipped=True, address={"network": "cnn6", "input": colour}))


def test_without_networks_it_says_how_to_get_one(open_page: OpenPage) -> None:
    app = open_page("inside", networks=False)
    assert not app.exception
    assert any("python -m cnnplay train" in each.value for each in (*app.warning, *app.info, *app.markdown))

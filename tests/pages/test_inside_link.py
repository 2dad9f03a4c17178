"""Every answer has a way to Look inside, with the network and the picture."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnplay.data.picture_code import decode_picture
from cnnplay.ui import compare_pictures

Open = Callable[..., AppTest]
SEVEN = [["M", 70, 80], ["L", 200, 80], ["L", 125, 235]]


def way_inside(app: AppTest) -> tuple[str, np.ndarray]:
    """Network and picture of the link."""
    assert not app.exception
    (link,) = [each.proto for each in app.get("page_link") if "Look inside" in each.proto.label]
    asked = parse_qs(link.query_string)
    return asked["network"][0], decode_picture(asked["input"][0])


def test_a_drawing_goes_along(open_page: Open) -> None:
    drawing = {"objects": [{"type": "Path", "path": SEVEN, "strokeWidth": 20}], "background": "#fff"}
    network, picture = way_inside(open_page("draw", drawing=drawing))
    assert network == "fc2"
    assert picture.shape == (1, 28, 28)
    assert picture.max() > 200


def test_without_a_drawing_there_is_nothing_to_look_at(open_page: Open) -> None:
    links = [each.proto.label for each in open_page("draw").get("page_link")]
    assert not [label for label in links if "Look inside" in label]


def test_a_photo_goes_along_as_the_network_saw_it(open_page: Open) -> None:
    buffer = BytesIO()
    Image.new("RGB", (300, 200), (110, 160, 230)).save(buffer, "PNG")
    app = open_page("photo").file_uploader[0].set_value(("sky.png", buffer.getvalue(), "image/png")).run()
    network, picture = way_inside(app)
    assert network == "lenet5"
    assert np.array_equal(picture[:, 16, 16], (110, 160, 230))


def test_a_test_picture_of_a_comparison_leads_into_each_network(
    open_page: Open, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_pictures, "find_numbers", lambda key, pictures: np.array([413]))
    address = {"data": "cifar10", "view": "differences", "nets": "resnet,lenet", "cell": "3-5"}
    app = open_page("compare", shipped=True, address=address)
    assert not app.exception
    shots = " ".join(each.value for each in app.get("html") if "cp-shot" in each.value)
    for network in ("resnet", "lenet"):
        assert f'<a href="inside?network={network}&amp;input=test%3Acifar10%3A413">{network}</a>' in shots

"""The Photo page: good files, bad files, the crop, and the way to the digit readers."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.store import Dataset

Open = Callable[..., AppTest]


def encode(image: Image.Image, kind: str = "JPEG") -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


def scene() -> Image.Image:
    image = Image.new("RGB", (300, 200), (110, 160, 230))
    ImageDraw.Draw(image).rectangle((0, 140, 300, 200), fill=(60, 130, 50))
    return image


def seven_on_paper() -> Image.Image:
    image = Image.new("RGB", (400, 400), (226, 222, 214))
    ImageDraw.Draw(image).line([(120, 100), (270, 100), (180, 310)], fill=(40, 40, 60), width=16)
    return image


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader[0].set_value((name, data, "image/jpeg")).run()


def html(app: AppTest, css_class: str) -> list[str]:
    return [element.body for element in app.html if f'class="{css_class}' in element.body]


def test_before_a_photo_the_page_asks_for_one(open_page: Open) -> None:
    app = open_page("photo")
    assert not app.exception
    assert "Choose a photo" in html(app, "cp-answer")[0]
    assert len(app.title) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_named_with_top_k_pixels_and_jury(open_page: Open, kind: str) -> None:
    app = upload(open_page("photo"), f"scene.{kind.lower()}", encode(scene(), kind))
    assert not app.exception
    assert " %" in html(app, "cp-answer")[0]
    assert html(app, "cp-bars")[0].count('role="listitem"') == 5
    assert "32 x 32" in html(app, "cp-left")[0]
    assert html(app, "cp-jury")[0].count(" ms") == 2
    assert app.selectbox[0].options == ["lenet5", "lenet"]


def test_the_crop_moves_the_frame_and_what_is_left(open_page: Open) -> None:
    app = upload(open_page("photo"), "scene.png", encode(scene(), "PNG"))
    frame, left = html(app, "cp-photo")[0], html(app, "cp-left")[0]
    app.slider[0].set_value(0.3)
    app.slider[2].set_value(1.0).run()
    assert not app.exception
    assert html(app, "cp-photo")[0] != frame
    assert html(app, "cp-left")[0] != left


BAD_FILES = {
    "empty": b"",
    "pdf": b"%PDF-1.7\n%nothing that Pillow reads",
    "truncated": encode(scene(), "PNG")[:120],
    "text": b"hello",
    "bomb": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (30_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0" + b"\0" * 40,
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_gets_one_sentence_and_the_page_goes_on(open_page: Open, kind: str) -> None:
    app = upload(open_page("photo"), "photo.png", BAD_FILES[kind])
    assert not app.exception
    (error,) = app.error
    assert "photo.png" in error.value
    assert "Traceback" not in error.value
    assert "Choose a photo" in html(app, "cp-answer")[0]
    upload(app, "scene.jpg", encode(scene()))
    assert not app.error
    assert " %" in html(app, "cp-answer")[0]


def test_taking_the_file_back_takes_the_answer_back(open_page: Open) -> None:
    app = upload(open_page("photo"), "scene.jpg", encode(scene()))
    app.file_uploader[0].set_value(None).run()
    assert not app.exception
    assert "Choose a photo" in html(app, "cp-answer")[0]


def test_a_digit_on_paper_goes_to_the_digit_readers(open_page: Open) -> None:
    app = upload(open_page("photo"), "seven.jpg", encode(seven_on_paper()))
    (button,) = [button for button in app.button if button.label == "Read it as a digit"]
    button.click().run()
    assert not app.exception
    assert "Two hidden layers" in html(app, "cp-jury")[1]
    assert html(app, "cp-steps")[0].count("reads ") >= 4


def test_plain_paper_holds_no_digit_and_the_page_says_so(open_page: Open) -> None:
    app = upload(open_page("photo"), "paper.jpg", encode(Image.new("RGB", (300, 300), (230, 230, 230))))
    (button,) = [button for button in app.button if button.label == "Read it as a digit"]
    button.click().run()
    assert not app.exception
    assert len(app.warning) == 1


def test_a_test_image_without_cifar_names_the_command(open_page: Open) -> None:
    app = open_page("photo")
    app.button[0].click().run()
    assert not app.exception
    assert "python -m cnnplay data cifar10 --download" in app.error[0].value


def test_a_test_image_is_shown_as_it_is_and_named(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = get_dataset_spec("cifar10")
    images = np.random.default_rng(1).integers(0, 256, (1, 3, 32, 32), dtype=np.uint8)
    one = np.array([7], dtype=np.uint8)
    data = Dataset(spec=spec, train_images=images, train_labels=one, test_images=images, test_labels=one)
    monkeypatch.setattr("cnnplay.ui.samples.open_dataset", lambda key: data)
    app = open_page("photo")
    app.button[0].click().run()
    assert not app.exception
    assert any("labelled horse" in caption.value for caption in app.caption)
    assert " %" in html(app, "cp-answer")[0]


def test_without_any_network_the_page_says_how_to_train_one(open_page: Open) -> None:
    app = upload(open_page("photo", networks=False), "scene.jpg", encode(scene()))
    assert not app.exception
    assert "python -m cnnplay train speedrun" in app.info[0].value

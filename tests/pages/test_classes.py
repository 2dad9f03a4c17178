"""The page of one's own classes, and what the other pages make of a set that is one's own, or was."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnnplay.data.own import list_own_specs
from cnnplay.data.own_books import add_drawing, create_book, delete_own, make_set_of_book, read_book
from cnnplay.data.own_making import Labelled, make_own_set
from cnnplay.data.strokes import canvas_from_strokes
from cnnplay.runs.records import IMPORTED
from cnnplay.ui import train_form
from cnnplay.ui.photos import Photo
from cnnplay.ui.run_words import headline
from cnnplay.ui.state import DRAWING, PHOTO, TRAIN_FORM
from cnnplay.words import plain

from .runs import add_run
from .test_train import field, labels, press

Open = Callable[..., AppTest]
pytestmark = pytest.mark.usefixtures("home")


def zip_of(n: int = 4, **more: bytes) -> bytes:
    file, rng = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(file, "w") as zip_:
        for name in ("cat", "ship"):
            for i in range(n):
                picture = io.BytesIO()
                Image.fromarray(rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)).save(picture, "PNG")
                zip_.writestr(f"{name}/{i}.png", picture.getvalue())
        for name, content in more.items():
            zip_.writestr(name, content)
    return file.getvalue()


def photos(title: str = "Pets", *, shape: tuple[int, int, int] = (3, 32, 32), n: int = 40) -> str:
    images = np.random.default_rng(1).integers(0, 256, (n, *shape), dtype=np.uint8)
    labelled = Labelled(images, np.arange(n, dtype=np.uint8) % 2, ("cat", "*ship*"))
    return make_own_set(labelled, title=title, source="a test").spec.key


def line(tilt: float) -> tuple[np.ndarray, ...]:
    return (np.array([[60.0, 60.0], [200.0, 100.0 + tilt]]),)


def book(n: int = 3) -> str:
    key = create_book("Shapes", ["one", "two"]).key
    for i in range(n):
        add_drawing(key, "one", line(5 * i))
        add_drawing(key, "two", line(90 + 5 * i))
    return key


def opened(open_page: Open, key: str) -> AppTest:
    app = open_page("classes")
    app.query_params["set"] = key
    return app.run()


def html(app: AppTest) -> str:
    return " ".join(element.body for element in app.html if "<style>" not in element.body)


def test_the_first_visit_shows_the_two_ways_to_a_set(open_page: Open) -> None:
    app = open_page("classes")
    assert not app.exception
    assert [title.value for title in app.title] == ["Your classes"]
    assert [tab.label for tab in app.tabs] == ["Upload a zip", "Draw them"]
    assert "pets.zip" in html(app)
    assert "Train on it" not in labels(app)


def test_a_zip_becomes_a_set_that_the_page_opens(open_page: Open) -> None:
    app = open_page("classes")
    app.file_uploader[0].set_value(("my pets.zip", zip_of(), "application/zip")).run()
    app = press(app, "Make the set")
    assert not app.exception
    (spec,) = list_own_specs()
    assert (spec.title, spec.classes, spec.n_train + spec.n_test) == ("my pets", ("cat", "ship"), 8)
    assert app.query_params["set"] in (spec.key, [spec.key])
    assert app.success[0].value == "8 pictures are here now."
    assert html(app).count("<img") == 8
    assert "Few pictures" in html(app)


def test_a_bad_zip_is_refused_in_a_sentence_and_leaves_nothing(open_page: Open, home: Path) -> None:
    app = open_page("classes")
    app.file_uploader[0].set_value(("bad.zip", zip_of(**{"cat/<b>.txt": b"words"}), "application/zip")).run()
    app = press(app, "Make the set")
    assert "no JPEG, PNG or WEBP picture" in app.error[0].value
    assert list_own_specs() == ()
    assert not (home / "data").exists()


def test_sets_have_cards_and_names_are_harmless(open_page: Open) -> None:
    photos("<b>Pets</b>")
    book()
    app = open_page("classes")
    shown = html(app)
    assert "&lt;b&gt;Pets&lt;/b&gt;" in shown
    assert "Shapes" in shown
    assert labels(app).count("Train on it") == 2
    assert not app.exception


def test_train_on_it_fills_the_form_for_a_small_set(open_page: Open) -> None:
    key = photos()
    app = press(opened(open_page, key), "Train on it")
    assert not app.exception
    assert app.title[0].value == "Retrain"
    assert field(app, "dataset").value == key
    values = app.session_state[TRAIN_FORM]
    assert values["model_options"] == {"n_classes": 2}
    assert values["batch_size"] == 16
    assert 40 * 0.8 // 16 * values["epochs"] >= 290
    assert any("fitted to" in element.body for element in app.html)


def test_drawings_grow_on_the_page_and_are_trained_on_as_they_are(open_page: Open) -> None:
    key = book()
    app = opened(open_page, key)
    app.session_state[DRAWING] = canvas_from_strokes(line(60), brush_px=20)
    app = press(app, "Keep it")
    assert read_book(key).counts == {"one": 4, "two": 3}
    app = press(app, "Take back the last one")
    assert read_book(key).counts == {"one": 3, "two": 3}
    app = press(app, "Keep it")
    assert "Draw a one first" in app.warning[0].value
    app = press(app, "Train on it")
    (spec,) = list_own_specs()
    assert field(app, "dataset").value == spec.key
    assert not app.exception


def test_a_class_is_added_and_chosen(open_page: Open) -> None:
    key = book()
    app = opened(open_page, key)
    app.text_input(key="own_new_class").set_value("three")
    app = press(app, "Add")
    assert read_book(key).classes == ("one", "two", "three")
    assert not app.exception


def test_a_deleted_set_can_be_brought_back(open_page: Open) -> None:
    key = photos()
    app = press(opened(open_page, key), "Delete")
    assert list_own_specs() == ()
    app = press(app, "Undo")
    assert [spec.key for spec in list_own_specs()] == [key]
    assert "Train on it" in labels(app)


def test_a_set_that_a_run_learns_from_is_not_deleted(open_page: Open) -> None:
    key = photos(shape=(1, 28, 28))
    add_run("fc2", key, "Busy", end=None, n_classes=2)
    app = press(opened(open_page, key), "Delete")
    assert "Busy learns from Pets" in app.error[0].value.replace("\\", "")
    assert list_own_specs()


@pytest.mark.parametrize("key", ["own-00000000", "book-00000000", "own-../../x", "<b>"])
def test_an_address_that_names_no_set_says_so(open_page: Open, key: str) -> None:
    app = opened(open_page, key)
    assert not app.exception
    assert app.warning


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_run_on_an_own_set_is_shown_even_when_the_set_is_gone(open_page: Open, is_deleted: bool) -> None:
    key = photos(shape=(1, 28, 28))
    run = add_run("fc2", key, "Mine", n_classes=2, snapshots=(4,))
    if is_deleted:
        delete_own(key)
    app = open_page("train")
    app.query_params["run"] = run.id
    app = app.run()
    assert not app.exception
    assert ("on Pets" in html(app)) is not is_deleted
    app = press(app, "Clone with changes")
    assert not app.exception
    assert bool(app.warning) is is_deleted
    app.switch_page("pages/models.py")
    assert not app.run().exception
    app.switch_page("pages/draw.py")
    assert not app.run().exception


def test_the_form_keeps_what_was_changed_by_hand_and_nothing_else(home: Path) -> None:
    key = make_set_of_book(book(6)).spec.key
    mine = train_form.begin("fc2", dataset=key)
    assert train_form.changes(mine) == {}
    assert {"batch_size", "epochs", "lr"} <= set(train_form.marks(mine))
    assert train_form.changes(train_form.put(mine, "lr", 0.5)) == {"lr": (0.5, mine["lr"])}
    assert train_form.run_name(mine) == "fc2 on Shapes"
    assert key in train_form.datasets_for("scribe")
    assert key not in train_form.datasets_for("vgg")
    public = train_form.begin("fc2", dataset="mnist-5k")
    assert public["batch_size"] == 256
    assert train_form.fitting_words(public) == ""


def test_what_came_as_a_file_says_how_long_it_trained_only_where_that_is_known(home: Path) -> None:
    run = add_run("fc2", "mnist-5k", "A gift")
    assert headline(run).startswith("Finished after")
    assert headline(replace(run, recipe=IMPORTED, epoch=0.0)) == "Came as a file"
    assert headline(replace(run, recipe=IMPORTED, epoch=1.0)) == "Came as a file, 1 epoch"


def test_names_are_never_read_as_markdown(open_page: Open) -> None:
    key = photos(title := "![](https://a.b/c)", shape=(1, 28, 28))
    run = add_run("cnn6", key, title, n_classes=2)
    why = {"network": run.id, "input": f"test:{key}:0", "view": "why", "vs": "1"}
    for page, address in (
        ("gallery", {"data": key, "pick": "0"}),
        ("inside", why | {"cls": "0"}),
        ("inside", why | {"view": "weights", "weights": "begin"}),
        ("kernels", {"input": f"test:{key}:999"}),
        ("kernels", {"input": title}),
        ("experiments", {"experiment": title}),
    ):
        app = open_page(page, address=address)
        assert not app.exception
        said = [each.value for each in (*app.markdown, *app.caption, *app.info, *app.warning, *app.error)]
        shown = " ".join([*said, *(each.label for each in (*app.toggle, *app.number_input))])
        assert title not in shown, page
        assert "*ship*" not in shown, page


def test_a_photo_from_the_gallery_keeps_its_words(open_page: Open) -> None:
    photo = Photo(Image.new("RGB", (32, 32)), "Test picture 1 of *Pets*, labelled *ship*.")
    app = open_page("photo", **{PHOTO: photo})
    assert not app.exception
    assert plain(photo.note) in [each.value for each in app.caption]

"""The Gallery: sets, classes, changes of pictures, balance and maps; everything follows from the address."""

import json
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.data.catalog import DatasetSpec
from cnnplay.data.own import own_path
from cnnplay.data.store import Dataset, load_dataset, write_dataset
from cnnplay.evaluation import feature_map
from cnnplay.runs.measuring import draw_map, open_network
from cnnplay.runs.weights import find_weights

from .runs import add_run

OpenPage = Callable[..., AppTest]


@pytest.fixture
def gallery(open_page: OpenPage) -> Callable[..., AppTest]:
    def open_(*, networks: bool = True, shipped: bool = False, **address: str) -> AppTest:
        asked = {"from" if name == "first" else "class" if name == "of" else name: it for name, it in address.items()}
        return open_page("gallery", networks=networks, shipped=shipped, address=asked)

    return open_


def tiles(app: AppTest) -> str:
    assert not app.exception
    (found,) = app.get("bidi_component")
    return str(json.loads(found.proto.json)["html"])


def words(app: AppTest) -> str:
    assert not app.exception
    parts = [*(each.value for each in (*app.markdown, *app.caption, *app.info, *app.error))]
    return " ".join([*(element.proto.body for element in app.get("html")), *parts])


def chart(app: AppTest) -> dict:
    assert not app.exception
    (found,) = app.get("plotly_chart")
    return json.loads(found.proto.spec)


def test_it_opens_with_the_pictures_that_are_here_and_says_how_to_get_the_others(gallery):
    app = gallery()
    assert tiles(app).count("data-pick") == 70
    assert "1 to 70</b> of 1,000" in words(app)
    assert "python -m cnnplay data fashion-mnist --download" in words(app)
    assert "part of MNIST's training set" in words(app)
    assert app.selectbox(key="choice_data").options == ["MNIST-5k", "MNIST, not here", "CIFAR-10, not here"]


def test_a_class_of_the_training_pictures_is_turned_page_by_page(gallery):
    labels = np.asarray(load_dataset("mnist-5k").train_labels)
    threes = np.flatnonzero(labels == 3)
    app = gallery(split="train", of="3", first="71")
    assert f'data-pick="{threes[70]}"' in tiles(app)
    app.button(key="gallery_previous").click().run()
    assert "from" not in app.query_params
    assert f'data-pick="{threes[0]}"' in tiles(app)
    app.number_input(key="gallery_page").set_value(6).run()
    assert tiles(app).count("data-pick") == 400 - 5 * 70
    app.selectbox(key="choice_class").set_value("4").run()
    assert "1 to 70</b> of 400" in words(app)


def test_a_chosen_picture_is_shown_with_ways_on_and_the_networks_are_asked_on_request(gallery):
    app = gallery(split="train", pick="7")
    label = int(load_dataset("mnist-5k").train_labels[7])
    assert f"<b>{label}</b> <span>Training picture 7 of MNIST-5k" in words(app)
    assert "may have learned from this very picture" in words(app)
    (link,) = [each.proto for each in app.get("page_link") if "Look inside" in each.proto.label]
    assert "train%3Amnist-5k%3A7" in link.query_string or "train:mnist-5k:7" in link.query_string
    app.toggle(key="switch_ask").set_value(True).run()
    assert "networks say" in words(app) or "network says" in words(app)
    app.button(key="gallery_close").click().run()
    assert "pick" not in app.query_params


def test_a_chosen_digit_is_put_on_the_draw_page(gallery):
    app = gallery(pick="7")
    app.button(key="gallery_take").click().run()
    assert not app.exception
    np.testing.assert_array_equal(app.session_state.sample_digit.image, load_dataset("mnist-5k").test_images[7, 0])
    assert "Test picture 7 of MNIST-5k" in app.session_state.sample_digit.note


def test_the_same_seed_gives_the_same_pictures_and_again_gives_others(gallery):
    first = tiles(gallery(change="augmented"))
    app = gallery(change="augmented")
    assert tiles(app) == first
    app.button(key="gallery_again").click().run()
    assert app.query_params["seed"] == "1"
    other = tiles(app)
    assert other != first
    assert tiles(gallery(change="augmented", seed="1")) == other
    nothing = {"shift_px": "0", "rotate_deg": "0", "scale": "0", "shear": "0"}
    assert tiles(gallery(change="augmented", **nothing)) == tiles(gallery())


def test_pixels_that_move_nowhere_show_the_picture_and_the_furthest_shuffle_moves_all(gallery):
    assert tiles(gallery(change="shuffled", radius="0")) == tiles(gallery())
    app = gallery(change="shuffled", radius="28", originals="1", pick="0")
    assert tiles(app).count("<img") == 2 * 36
    assert "change places at random" in words(app)
    assert words(app).count("cp-pixels cp-changed") == 1


def test_normalised_pictures_come_with_their_numbers(gallery):
    app = gallery(change="normalised", pick="0")
    shown = words(app)
    pixels = np.asarray(load_dataset("mnist-5k").train_images) / 255
    assert f"<td>{pixels.mean():.4f}</td><td>{pixels.std():.4f}</td>" in shown
    one = (load_dataset("mnist-5k").test_images[0] / 255 - pixels.mean()) / pixels.std()
    assert f"gray: {one.min():.2f} to {one.max():.2f}" in shown


def test_the_balance_of_the_classes_is_exact(gallery):
    app = gallery(view="balance")
    assert [trace["text"][3] for trace in chart(app)["data"]] == ["400", "100"]
    assert "Every class has 400 training pictures." in words(app)


def test_without_the_pictures_the_command_is_named_and_the_test_set_is_counted(gallery):
    assert "python -m cnnplay data mnist --download" in words(gallery(data="mnist", shipped=True))
    app = gallery(data="mnist", view="balance", shipped=True)
    assert [trace["text"][1] for trace in chart(app)["data"]] == ["0", "1,135"]


def test_the_map_can_be_read_without_the_pictures(gallery):
    app = gallery(data="mnist", view="map", network="fc2", pick="8", shipped=True)
    figure = chart(app)
    assert sum(len(trace.get("text", ())) for trace in figure["data"]) == 3000
    said = words(app)
    assert "3,000 pictures" in said
    assert "perplexity 30" in said
    assert "mean little" in said
    assert "The picture itself is not on this machine" in said
    assert "networks are right" in said
    assert app.get("image") == []


def test_the_map_shows_one_class_and_mistakes_alone(gallery):
    app = gallery(data="mnist", view="map", network="fc2", of="3", wrong="1", points="right", shipped=True)
    _, points = chart(app)["data"]
    assert points["marker"]["symbol"] == "x"
    assert all("<b>3</b>, read as " in word for word in points["text"])
    n = len(points["text"])
    assert f"{n:,} pictures of 3, all read wrongly." in words(app)
    app.toggle(key="switch_wrong").set_value(False).run()
    assert "300 pictures of 3" in words(app)


def test_a_run_gets_a_map_on_request_and_shows_it_once_it_is_drawn(own_home, home, gallery, monkeypatch):
    unpacked = own_home / "data" / "mnist-5k.safetensors"
    if unpacked.is_file() and not (home / "data" / unpacked.name).is_file():  # unpacking takes seconds
        (home / "data").mkdir(parents=True)
        shutil.copy(unpacked, home / "data")
    run = add_run("fc2", "mnist-5k", "mine")
    app = gallery(view="map", network=run.id)
    assert "There is no map of this network yet." in words(app)
    app.button(key="gallery_draw_map").click().run()
    assert not app.exception
    assert not [each for each in app.button if each.key == "gallery_draw_map"]
    monkeypatch.setattr(feature_map, "N_LAYOUT_STEPS", 50)
    weights = find_weights(run)
    assert weights is not None
    list(draw_map(open_network(weights), "mnist-5k"))
    app = gallery(view="map", network=run.id, points="pictures")
    assert "right and wrong cannot be told apart" in words(app)
    assert len(chart(app)["layout"]["images"]) == 1


def test_a_set_of_ones_own_is_shown_by_its_own_classes(home, gallery):
    key = "own-0123abcd"
    spec = DatasetSpec(
        key=key, title="Cats & <dogs>", classes=("cat", "<dog>"), image_shape=(3, 32, 32), n_train=4, n_test=2,
        source="mine", licence="mine", citation="", made_at=1.0,
    )  # fmt: skip
    images = np.random.default_rng(0).integers(256, size=(4, 3, 32, 32), dtype=np.uint8)
    labels = np.array([0, 1, 1, 1], np.uint8)
    data = Dataset(spec=spec, train_images=images, train_labels=labels, test_images=images[:2], test_labels=labels[:2])
    write_dataset(own_path(key), data)
    app = gallery(data=key, split="train", pick="1", change="normalised")
    assert "&lt;dog&gt;" in tiles(app)
    assert "<dog>" not in tiles(app)
    assert "No shipped network knows the classes" in words(app)
    assert r"A class has from 1 (cat) to 3 (\<dog\>) training pictures." in words(gallery(data=key, view="balance"))
    assert "No network learned from this data set yet" in words(gallery(data=key, view="map"))


@pytest.mark.parametrize(
    "address",
    [
        {"data": "nonsense"}, {"of": "77"}, {"pick": "-1"}, {"pick": "1e9"}, {"first": "99999"}, {"split": "both"},
        {"view": "nothing"}, {"change": "all", "seed": "x"}, {"data": "own-00000000"}, {"data": "kmnist"},
    ],
)  # fmt: skip
def test_an_address_that_asks_for_what_is_not_there_shows_something_sensible(gallery, address):
    assert words(gallery(**address))

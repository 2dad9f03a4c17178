"""Is it real, and where they differ: what the two parts say, and what an address can ask of them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.data.store import load_dataset
from cnnplay.models.card import checkpoint_files
from cnnplay.runs.answers import answers_file, write_answers
from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import this_place
from cnnplay.runs.store import open_store
from cnnplay.settings import run_dir
from cnnplay.training.config import TrainConfig

from .runs import N_SLOTS, save

Open = Callable[..., AppTest]


@pytest.fixture
def compare(open_page: Open, home: Path) -> Open:
    def open_(view: str, **address: str) -> AppTest:
        return open_page("compare", shipped=True, address={"data": "cifar10", "view": view, **address})

    return open_


def html(app: AppTest, part: str) -> str:
    return next(each.value for each in app.get("html") if part in each.value)


def marks(app: AppTest) -> list[str]:
    return [each.value for each in app.markdown]


def test_the_best_two_are_held_against_each_other_and_all_pairs_follow(compare):
    app = compare("real", nets="resnet,googlenet,lenet")
    assert not app.exception
    verdict = html(app, "cp-verdict")
    assert "resnet is better by 0.24 points." in verdict
    assert "With these 10,000 pictures that could be chance: p = 0." in verdict
    assert "cp-chance" in verdict
    assert "2 of 3 differences stand" in " ".join(marks(app))
    assert html(app, "cp-pairs").count("cp-stands") == 2
    table = app.dataframe[-1].value
    assert list(table["Stands"]) == [False, True, True]


def test_a_pair_is_chosen_by_the_address_and_one_box_cannot_take_the_others_network(compare):
    app = compare("real", nets="vgg,resnet,lenet", pair="lenet,resnet")
    assert "resnet is better by 13.60 points." in html(app, "cp-verdict")
    app.selectbox(key="compare_pair_B").set_value("lenet").run()
    assert [app.selectbox(key=f"compare_pair_{side}").value for side in "AB"] == ["resnet", "lenet"]
    assert app.query_params["pair"] == "resnet,lenet"
    assert not app.exception


@pytest.mark.parametrize("pair", ["vgg,vgg", "nonsense,vgg", ","])
def test_an_address_that_names_no_pair_begins_with_the_best_two(compare, pair):
    app = compare("real", nets="lenet,resnet,vgg", pair=pair)
    assert [app.selectbox(key=f"compare_pair_{side}").value for side in "AB"] == ["vgg", "resnet"]


def test_one_network_alone_cannot_be_compared_but_its_mistakes_are_shown(compare):
    app = compare("real", nets="vgg")
    assert any("Choose two networks or more" in each.value for each in app.info)
    app = compare("differences", nets="vgg", cell="3-5")
    assert not app.exception
    assert any("Really cat: vgg says dog" in each for each in marks(app))


@pytest.mark.parametrize("cell", ["3-", "10-0", "-1-2", "3-5-1"])
def test_an_address_that_names_no_cell_opens_none(compare, cell):
    app = compare("differences", nets="vgg,resnet", cell=cell)
    assert not app.exception
    assert any("Click a cell of the matrix" in each.value for each in app.get("html"))


def test_a_cell_is_opened_by_two_boxes_and_more_of_its_pictures_by_a_button(compare):
    app = compare("differences", nets="vgg,resnet", show="a")
    app.selectbox(key="compare_cell_right").set_value(3).run()
    assert app.query_params["cell"] == "3-3"
    app.selectbox(key="compare_cell_said").set_value(5).run()
    assert app.query_params["cell"] == "3-5"
    assert html(app, "cp-shot").count("<details") == 24
    app.button(key="cell_0_more").click().run()
    assert html(app, "cp-shot").count("<details") == 48
    app.selectbox(key="compare_cell_said").set_value(3).run()
    assert html(app, "cp-shot").count("<details") == 24


def test_without_the_pictures_lists_show_numbers_and_names_and_the_command(compare):
    app = compare("differences", nets="vgg,resnet,lenet")
    assert not app.exception
    assert any("data cifar10 --download" in each.value for each in app.info)
    tiles = html(app, "cp-shot")
    assert "<img" not in tiles
    assert tiles.count("cp-no-picture") == 24
    assert tiles.count("<tr>") == 24 * 3


def answered_run(n_right: int, **config: int) -> None:
    """A finished run of fc2 on MNIST-5k that reads so many of the first test pictures correctly, and no other."""
    store, data = open_store(), load_dataset("mnist-5k")
    run = store.create(TrainConfig(model="fc2", dataset="mnist-5k", **config), place=this_place())
    claim = claim_next(store.database, place=this_place(), n_slots=N_SLOTS)
    assert claim is not None
    claimed = ClaimedRun(store.database, claim)
    claimed.attach(step=1, n_steps=1)
    weights = save(checkpoint_files(run_dir(run.id), "fc2", "mnist-5k").weights, "fc2")
    labels = np.asarray(data.test_labels).astype(int)
    said = np.where(np.arange(len(labels)) < n_right, labels, (labels + 1) % 10)
    write_answers(answers_file(weights), data, np.eye(10)[said] * 4.0)
    claimed.end("finished", accuracy=n_right / len(labels))


def test_seeds_of_one_recipe_are_tested_together_and_the_page_says_who_stands_for_them(compare, home):
    for seed, n_right in enumerate((900, 910, 920)):
        answered_run(n_right, seed=seed, epochs=2)
    answered_run(700, seed=0, epochs=3)
    app = compare("real", data="mnist-5k")
    assert not app.exception
    verdict = html(app, "cp-verdict")
    assert "one run, is worse by 21.00 points than the mean of " in verdict
    assert "Another seed beside these 3 could hardly come to that: p = 0.003." in verdict
    assert any("A group of seeds is represented by its first one" in each.value for each in app.caption)
    answered_run(720, seed=1, epochs=3)
    app = compare("real", data="mnist-5k")
    assert "is better by 20.00 points on average, over 3 and 2 seeds." in html(app, "cp-verdict")

"""The Compare page without a browser: the leaderboard, what its address says, and which network to take."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cnnplay.runs.store import open_store
from cnnplay.ui.compare_state import MAX_NETS

from .runs import add_run

Open = Callable[..., AppTest]


@pytest.fixture
def compare(open_page: Open, home: Path) -> Open:
    def open_(**address: str) -> AppTest:
        return open_page("compare", shipped=True, address={"view": "report", **address})

    return open_


def table(app: AppTest):
    return app.dataframe[0].value


def chosen(app: AppTest) -> str:
    return next(each.value for each in app.get("html") if "cp-chosen" in each.value)


def picks(app: AppTest) -> str:
    return next(each.value for each in app.get("html") if "cp-picks" in each.value)


def test_all_shipped_networks_of_a_data_set_are_there_the_best_first(compare):
    app = compare(data="cifar10")
    assert not app.exception
    assert list(table(app)["Network"])[:2] == ["speedrun", "vgg"]
    assert len(table(app)) == 10
    assert "Compared below: 10 of 10" in chosen(app)
    assert table(app)["Accuracy"].iloc[0] == pytest.approx(93.15)
    assert table(app)["Interval"].iloc[0] == "92.64 \N{EN DASH} 93.63"


def test_the_address_names_the_data_set_the_networks_and_the_part(compare):
    app = compare(data="cifar10", nets="resnet,vgg", view="report")
    assert "Compared below: 2 of 10" in chosen(app)
    assert app.session_state["choice_view"] == "report"
    assert any("compare vgg resnet --out" in each.value for each in app.code)


def test_what_an_address_names_in_vain_is_said_and_the_rest_is_compared(compare):
    app = compare(data="cifar10", nets="resnet,cnn6,nonsense", view="no-such-part")
    assert "Compared below: 1 of 10" in chosen(app)
    said = app.info[0].value
    assert "cnn6, nonsense" in said
    assert "under its own data set" in said
    assert not app.exception


def test_nothing_chosen_says_what_to_do(compare):
    app = compare(nets="")
    assert "Choose rows to compare them below." in chosen(app)
    assert not app.exception


def test_the_filter_keeps_the_choice_of_rows_that_it_hides(compare):
    app = compare(data="cifar10", nets="resnet,vgg")
    app.text_input(key="find").set_value("densenet").run()
    assert list(table(app)["Network"]) == ["densenet_cifar"]
    assert "Compared below: 2 of 10" in chosen(app)
    app.text_input(key="find").set_value("nothing has this").run()
    assert any("No network has these words" in each.value for each in app.markdown)


def test_columns_can_be_chosen_and_those_that_are_all_alike_left_out(compare):
    app = compare(data="cifar10")
    assert "Device" not in table(app).columns
    app.button_group(key="cols").set_value(["Accuracy", "Device", "Seed"]).run()
    assert list(table(app).columns) == ["Network", "Accuracy", "Seed", "Device"]
    app.toggle(key="differ").set_value(True).run()
    assert list(table(app).columns) == ["Network", "Accuracy"]


def test_which_network_to_take_for_a_phone_follows_what_it_may_cost(compare):
    app = compare(data="cifar10")
    assert "<span>For a phone</span><b>resnet</b>" in picks(app)
    assert "40.6 M MACs" in picks(app)
    app.select_slider(key="cost").set_value(0.5).run()
    assert "<span>For a phone</span><b>speedrun</b>" in picks(app)


def test_what_cannot_be_told_from_the_best_is_said(compare):
    assert "These cannot be told from it with these pictures: residual_scaled" in picks(compare())


def test_runs_are_listed_on_their_own_data_and_one_in_training_says_how_far_it_is(compare):
    add_run("fc2", "mnist", "Done")
    add_run("fc2", "mnist", "Learning", end=None)
    add_run("fc2", "mnist-5k", "Elsewhere")
    app = compare()
    assert not app.exception
    states = dict(zip(table(app)["Network"], table(app)["State"], strict=True))
    assert states["Learning"].startswith("running, epoch ")
    assert states["Done"] == "finished"
    assert "Elsewhere" not in states
    other = compare(data="mnist-5k")
    assert list(table(other)["Network"]) == ["Elsewhere"]


def test_so_many_at_most_are_compared(compare):
    for number in range(MAX_NETS):
        add_run("fc2", "mnist", f"run {number}", width=number + 1)
    tokens = ",".join(run.short_id for run in open_store().list_runs())
    app = compare(nets=f"cnn6,{tokens}")
    assert f"The first {MAX_NETS} are compared." in app.info[0].value


def test_without_the_right_answers_the_figures_of_the_cards_are_shown(open_page: Open, home: Path):
    app = open_page("compare")
    assert not app.exception
    assert list(table(app)["Accuracy"]) == [91.23, 91.23]
    assert "data mnist --download" in app.warning[0].value


def test_without_a_single_network_it_says_so(open_page: Open, home: Path):
    app = open_page("compare", networks=False)
    assert not app.exception
    assert any("No network was trained on this data set yet." in each.value for each in app.get("html"))

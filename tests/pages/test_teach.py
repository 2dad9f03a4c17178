"""Corrections on the pages: remembered under an answer, collected, taught by hand-made runs, kept or undone."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from cnnplay.data.corrections import add_correction, list_corrections, new_hand
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.schema import runs
from cnnplay.runs.store import open_store
from cnnplay.runs.teaching import RECEIPT_NAME, ClassChange, Receipt, Reread
from cnnplay.settings import run_dir
from cnnplay.training.recipes import TAUGHT

from .runs import add_run
from .test_draw import SEVEN, drawing, html

Open = Callable[..., AppTest]
DIGITS = tuple("0123456789")


@pytest.fixture(autouse=True)
def no_worker(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is started in a test waits."""
    monkeypatch.setattr(LocalExecutor, "start_waiting", lambda self: ())


def fill_hand(n: int = 3, network: str = "cnn6") -> str:
    hand = new_hand()
    for value in range(n):
        image = np.full((1, 28, 28), 40 * value, np.uint8)
        add_correction(hand, image, classes=DIGITS, label="1", answer="7", prob=0.9, network=network)
    return hand


def press(app: AppTest, label: str) -> AppTest:
    (button,) = [each for each in app.button if each.label == label]
    return button.click().run()


def text(app: AppTest) -> str:
    return " ".join(element.body for element in app.html)


def test_a_wrong_answer_is_remembered_and_can_be_forgotten(open_page: Open) -> None:
    app = open_page("draw", drawing=drawing(SEVEN))
    answer = html(app, "cp-answer").split('cp-label">')[1][0]
    app.selectbox(key="correction_label").set_value("7").run()
    press(app, "Remember it")
    assert not app.exception
    hand = app.session_state["hand"]
    assert app.query_params["hand"] == hand
    ((kept,), _) = list_corrections(hand)
    assert (kept.label, kept.answer, kept.network, kept.image.shape) == ("7", answer, "fc2", (1, 28, 28))
    assert "Remembered as 7." in text(app)
    assert "1 correction kept. Teach the network" in [each.proto.label for each in app.get("page_link")]
    press(app, "Forget it")
    assert list_corrections(hand)[0] == ()


def test_an_empty_page_says_how_to_begin(open_page: Open) -> None:
    app = open_page("teach")
    assert not app.exception
    assert "Nothing here yet" in text(app)
    assert [title.value for title in app.title] == ["Your hand"]


def test_corrections_are_shown_and_taken_away_with_a_way_back(open_page: Open) -> None:
    hand = fill_hand()
    app = open_page("teach", hand=hand)
    assert not app.exception
    assert app.query_params["hand"] == hand
    assert text(app).count("read 7, 90.0 %") == 3
    app.button(key=f"remove_{list_corrections(hand)[0][0].id}").click().run()
    assert len(list_corrections(hand)[0]) == 2
    press(app, "Undo")
    assert len(list_corrections(hand)[0]) == 3


def test_the_button_makes_a_run_that_learns_them_from_the_network_that_was_wrong(open_page: Open) -> None:
    origin = add_run("cnn6", "mnist", "Mine")
    app = open_page("teach", hand=fill_hand(network=origin.id))
    assert app.selectbox(key="teach_network_picker").value == origin.id
    press(app, "Teach it 3 corrections")
    assert not app.exception
    run = open_store().list_runs()[0]
    assert (run.recipe, run.model, run.dataset) == (TAUGHT, "cnn6", "mnist-5k")  # MNIST is not on this machine
    assert (run.config["start_from"], run.parent_id) == (origin.id, origin.id)
    assert app.query_params["run"] == run.id
    assert "Waiting for its turn" in text(app)


def receipt(**changes: object) -> Receipt:
    reread = Reread(label="1", before="7", before_prob=0.9, after="1", after_prob=0.8)
    classes = tuple(ClassChange(name=name, n=100, n_before=99, n_after=98 if name == "7" else 99) for name in DIGITS)
    values = {
        "taught_from": "fc2", "dataset": "mnist", "corrections": (reread,) * 3, "classes": classes,
        "n_newly_wrong": 3, "n_newly_right": 2, "p_value": 1.0,
    }  # fmt: skip
    return Receipt(**{**values, **changes})


def put(run_id: str, **values: object) -> None:
    with open_store().database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(**values))


def finished_lesson(**changes: object) -> str:
    run = add_run("fc2", "mnist", "My <b>hand</b>")
    put(run.id, recipe=TAUGHT)
    (run_dir(run.id) / RECEIPT_NAME).write_text(json.dumps(asdict(receipt(**changes))))
    return run.id


def open_lesson(open_page: Open, run_id: str) -> AppTest:
    app = open_page("teach", hand=fill_hand())
    app.query_params["run"] = run_id
    return app.run()


def test_the_receipt_tells_what_was_learned_and_what_was_forgotten(open_page: Open) -> None:
    app = open_lesson(open_page, finished_lesson())
    assert not app.exception
    body = text(app)
    assert "<b>3 of 3</b>" in body
    assert "99.00 %" in body
    assert "98.90 %" in body
    assert "0.10 points" in body
    assert "it may be chance" in body
    assert "memory, not a test" in body
    assert "<b>hand</b>" not in body


def test_a_real_loss_is_called_one(open_page: Open) -> None:
    app = open_lesson(open_page, finished_lesson(n_newly_wrong=40, n_newly_right=2, p_value=1e-9))
    assert "less than 0.1 % of cases: this is a real change" in text(app)


def test_a_lesson_can_be_undone_brought_back_and_kept(open_page: Open) -> None:
    run_id = finished_lesson()
    app = open_lesson(open_page, run_id)
    press(app, "Undo")
    assert open_store().get(run_id).deleted_at is not None
    press(app, "Bring it back")
    assert open_store().get(run_id).deleted_at is None
    app.text_input(key=f"taught_name_{run_id}").set_value("Mine").run()
    press(app, "Keep it")
    assert not app.exception
    assert open_store().get(run_id).name == "Mine"
    assert "Kept" in app.success[0].value


def test_an_address_of_no_lesson_says_so(open_page: Open) -> None:
    other = add_run("fc2", "mnist", "No lesson")
    for wanted in ("ffffffff", "nonsense", other.id):
        app = open_lesson(open_page, wanted)
        assert not app.exception
        assert "is not here" in app.warning[0].value


def test_a_lesson_that_failed_says_why_and_can_go_on(open_page: Open) -> None:
    run_id = finished_lesson()
    put(run_id, state="failed", error="The disk is full.")
    app = open_lesson(open_page, run_id)
    assert app.error[0].value == "The disk is full."
    press(app, "Go on")
    assert open_store().get(run_id).state == "queued"


def test_networks_of_other_classes_can_be_drawn_upon(open_page: Open) -> None:
    clothes = add_run("fc2", "fashion-mnist", "Clothes")
    app = open_page("draw")
    app.selectbox(key="draw_network_picker").set_value(clothes.id).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Draw"]
    assert "T-shirt/top, Trouser" in html(app, "cp-answer")
    assert "Sneaker" in html(app, "cp-bars")
    assert "Test digit" not in [each.label for each in app.button]
    app = open_page("draw", drawing=drawing(SEVEN), draw_network=clothes.id)
    assert "digit" not in html(app, "cp-answer")
    assert html(app, "cp-jury").count(" ms") == 1


def test_a_lesson_can_be_cloned_on_the_retrain_page(open_page: Open) -> None:
    run_id = finished_lesson()
    app = open_page("train")
    app.query_params["run"] = run_id
    app.run()
    press(app, "Clone with changes")
    assert not app.exception
    assert not app.error

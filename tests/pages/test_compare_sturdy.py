"""How sure and how sturdy on the Compare page: charts, what is missing, and a measurement that is asked for."""

import shutil

import pytest

from cnnplay.runs.claims import ClaimedRun, claim_next
from cnnplay.runs.executor import LocalExecutor
from cnnplay.runs.measured import SHIPPED_SUFFIX
from cnnplay.runs.place import this_place
from cnnplay.runs.store import open_store
from cnnplay.settings import CHECKPOINTS_VARIABLE, PROJECT_DIR

from .runs import N_SLOTS


@pytest.fixture(autouse=True)
def no_worker(monkeypatch):
    """Measurements wait: a worker would take the processor from the tests beside it."""
    monkeypatch.setattr(LocalExecutor, "start_waiting", lambda self: ())


def open_part(open_page, part, **address):
    app = open_page("compare", shipped=True, address={"data": "mnist", "view": part, **address})
    assert not app.exception
    return app


def texts(app):
    found = [str(each.value) for each in (*app.markdown, *app.caption, *app.info, *app.error)]
    found += [each.proto.body for each in app.get("html")]
    return " ".join(found).replace("\\", "")  # Markdown's signs are escaped


def asked_to_measure(app):
    return [button.label for button in app.button if button.key == "measure_sturdy"]


def charts(app):
    return len(app.get("plotly_chart"))


def test_how_sure_has_three_charts_and_says_which_half_was_measured(home, open_page):
    app = open_part(open_page, "sure", nets="cnn6,fc2")
    assert charts(app) == 3
    assert "right about as often as they say" in texts(app)
    assert "the temperature was fitted on the other half" in texts(app)
    app.toggle(key="temp").set_value(True).run()
    assert not app.exception
    assert charts(app) == 3


def test_how_sturdy_has_a_chart_for_each_change_without_the_pictures_as_well(home, open_page):
    app = open_part(open_page, "sturdy", nets="cnn6,fc2")
    assert charts(app) == 11
    assert "of the changed pictures" in texts(app)
    assert "<img" not in texts(app).partition("cp-strength")[2]
    assert not asked_to_measure(app)


@pytest.fixture
def unmeasured(tmp_path):
    """Two shipped networks without what was measured of them."""
    folder = tmp_path / "unmeasured"
    folder.mkdir()
    for name in ("fc2-mnist", "cnn6-mnist", "mnist.answers"):
        for path in (PROJECT_DIR / "checkpoints").glob(f"{name}.*"):
            if not path.name.endswith(SHIPPED_SUFFIX):
                shutil.copy(path, folder)
    return folder


def test_what_is_missing_can_be_asked_for_stopped_resumed_and_removed(home, open_page, monkeypatch, unmeasured):
    app = open_part(open_page, "sturdy", nets="fc2,cnn6")
    monkeypatch.setenv(CHECKPOINTS_VARIABLE, str(unmeasured))
    app.run()
    assert "Nothing is measured yet" in texts(app)
    assert app.button(key="measure_sturdy").disabled
    assert "python -m cnnplay data mnist --download" in texts(app)
    monkeypatch.setattr("cnnplay.ui.compare_sturdy.is_available", lambda key: True)
    app.run()
    app.button(key="measure_sturdy").click().run()
    assert not app.exception
    store = open_store()
    second, first = store.list_runs(kind="measurement")
    assert (first.config["network"], second.config["network"]) == ("cnn6", "fc2")
    assert "waits: it is the next" in texts(app)
    assert "waits: 1 before it" in texts(app)
    assert not asked_to_measure(app)
    claim = claim_next(store.database, place=this_place(), n_slots=N_SLOTS)
    ClaimedRun(store.database, claim).move_on(step=120, n_steps=400)
    app.run()
    assert "30 %" in texts(app)
    app.button(key=f"measurement_Stop_{second.id}").click().run()
    assert "stopped at 0 %" in texts(app)
    app.button(key=f"measurement_Resume_{second.id}").click().run()
    assert store.get(second.id).state == "queued"
    ClaimedRun(store.database, claim).end("failed", error="The disk is full.")
    app.run()
    assert "failed at 30 %: The disk is full" in texts(app)
    app.button(key=f"measurement_Remove_{first.id}").click().run()
    assert store.get(first.id).deleted_at is not None
    assert asked_to_measure(app) == ["Measure 1 network"]

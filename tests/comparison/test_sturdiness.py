"""How sturdy: what was measured of the chosen networks, and what is missing."""

import pytest

from cnnplay.comparison.report_sure import make_sturdiness, make_sureness
from cnnplay.comparison.sturdiness import (
    estimate_s,
    example_pictures,
    in_full,
    kinds,
    n_to_read,
    not_measured,
    read_all,
    tell,
)
from cnnplay.data.store import is_available

from .test_sureness import compare


@pytest.fixture(autouse=True)
def own_home_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNPLAY_HOME", str(tmp_path / "home"))


def test_shipped_curves_begin_at_the_accuracy_of_the_card_and_fall():
    comparison = compare("mnist")
    found = read_all(comparison)
    assert {each.entry.token for each in found} >= {"fc2", "cnn6", "scribe"}
    assert {each.entry.token for each in found}.isdisjoint(entry.token for entry in not_measured(comparison))
    for each in found:
        card = each.entry.first.card
        assert [curve.corruption for curve in each.robustness.curves] == [kind.key for kind in kinds(comparison)]
        assert each.robustness.n == card.n_test
        for curve in each.robustness.curves:
            assert curve.accuracies[0] == pytest.approx(card.accuracy, abs=3e-4)
            assert curve.accuracies[-1] < curve.accuracies[0]
        assert 0.5 < each.robustness.mean < card.accuracy
    assert " reads " in tell(found)
    assert tell(()) == ""


def test_what_a_measurement_takes_is_told_before_it_is_asked_for():
    comparison = compare("mnist", "cnn6")
    assert n_to_read(comparison) == 10_000 * (1 + 5 * len(kinds(comparison)))
    (entry,) = comparison.entries
    assert estimate_s(entry, 3_000) == pytest.approx(1_000 / entry.first.card.images_per_s)


def test_a_report_has_the_same_figures():
    comparison = compare("mnist", "cnn6", "fc2")
    part, sure = make_sturdiness(comparison, ()), make_sureness(comparison, ())
    best, worst = in_full(read_all(comparison))
    (table,) = part.tables
    assert list(table.values["Changed"]) == [best.robustness.mean, worst.robustness.mean]
    assert list(table.words["Changed"]) == [f"{100 * each.robustness.mean:.1f}" for each in (best, worst)]
    assert len(table.values.columns) == 3 + len(kinds(comparison)) == 2 + len(part.charts)
    assert part.sentences[0].startswith(f"{best.entry.title} reads ")
    (calibration,) = sure.tables
    assert list(calibration.values.iloc[:, 0]) == [entry.title for entry in comparison.entries]
    assert calibration.words["Error"].str.endswith("%").all()


@pytest.mark.skipif(not is_available("mnist"), reason="MNIST is not on this machine")
def test_one_picture_is_shown_at_each_strength():
    comparison = compare("mnist", "cnn6")
    for kind in kinds(comparison):
        pictures = example_pictures(comparison.key, kind.key)
        assert len(pictures) == len(kind.strengths(1))
        assert pictures.shape[1:] == (1, 28, 28)

"""The command `compare`: figures as JSON, a report on request, and a clear word where networks cannot be compared."""

import pytest

from cnnplay.comparison.entries import list_entries
from cnnplay.models.card import load_card
from cnnplay.settings import DATABASE_VARIABLE, HOME_VARIABLE


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)


def test_networks_are_compared_and_the_report_is_written(ask, tmp_path):
    path = tmp_path / "report.html"
    code, result, _ = ask("compare", "vgg", "resnet", "--out", str(path))
    assert (code, result["dataset"], result["n"], result["report"]) == (0, "cifar10", 10_000, str(path))
    for network in result["networks"]:
        card = load_card(network["id"])
        assert network["accuracy"] == card.accuracy
        assert (network["low"], network["high"]) == pytest.approx((card.accuracy_low, card.accuracy_high), abs=1e-5)
    (pair,) = result["pairs"]
    assert {pair["better"], pair["than"]} == {"vgg", "resnet"}
    assert pair["low"] <= pair["difference"] <= pair["high"]
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_without_names_all_shipped_networks_of_a_data_set_are_compared(ask):
    _, result, _ = ask("compare", "--dataset", "mnist")
    assert {network["id"] for network in result["networks"]} == {entry.token for entry in list_entries("mnist")}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("vgg", "cnn6"), "vgg on cifar10, cnn6 on mnist"),
        (("vgg", "--dataset", "mnist"), "tested on cifar10, not on mnist"),
        (("vgg", "--out", "report.pdf"), "Let it end in one of: .html, .md, .csv."),
        (("nonsense",), "'nonsense' is no run's id"),
        (("--dataset", "kmnist"), "No network for kmnist"),
        (("--dataset", "nonsense"), "nonsense"),
    ],
)
def test_what_cannot_be_compared_is_said_in_a_line(ask, words, said):
    code, result, error = ask("compare", *words)
    assert (code, result) == (2, None)
    assert said in error
    assert error.count("\n") == 1

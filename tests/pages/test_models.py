"""The Networks page: one card for every architecture, with or without a checkpoint."""

from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from cnnplay.models.card import shipped_files
from cnnplay.models.registry import list_specs

Open = Callable[..., AppTest]


def cards(app: AppTest) -> dict[str, str]:
    bodies = [element.body for element in app.html if 'class="cp-card"' in element.body]
    return {body.split("<code>")[1].split("</code>")[0]: body for body in bodies}


def test_every_architecture_has_a_card(open_page: Open) -> None:
    app = open_page("models")
    assert not app.exception
    assert list(cards(app)) == [spec.key for spec in list_specs()]
    for spec in list_specs():
        assert spec.paper_url in cards(app)[spec.key]
    assert len(app.title) == 1


def test_a_trained_network_shows_its_figures_and_can_be_taken_along(open_page: Open) -> None:
    app = open_page("models")
    card = cards(app)["fc2"]
    for figure in (
        "6,442",
        "91.23 %",
        "90.66 to 91.77\N{NO-BREAK SPACE}%",
        "10,000 test pictures",
        "86.83 %",
        "4.3 M",
        "modern",
        "Hardest class: 8",
        "one digit",
    ):
        assert figure in card
    assert [button.key for button in app.get("download_button")] == [
        f"{kind}_{key}" for key in ("fc2", "cnn6", "lenet5", "lenet") for kind in ("download", "onnx", "script")
    ]


def test_an_untrained_network_says_so_and_still_shows_its_size(open_page: Open) -> None:
    card = cards(open_page("models"))["cnn16_32"]
    assert "not trained yet" in card
    assert "28,938" in card


def test_a_damaged_card_does_not_take_the_page_down(open_page: Open, untrained: Path) -> None:
    damaged = untrained / "residual-mnist.json"
    damaged.write_text("{", encoding="utf-8")
    (untrained / "residual-mnist.safetensors").write_bytes(b"")
    try:
        app = open_page("models")
        assert shipped_files("residual").card == damaged
        assert not app.exception
        assert "not trained yet" in cards(app)["residual"]
    finally:
        damaged.unlink()
        (untrained / "residual-mnist.safetensors").unlink()

"""The commands about networks, through the frame and the real files."""

import numpy as np
import pytest
import torch
from PIL import Image

from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import MODELS, build


@pytest.fixture
def weights(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "mine.safetensors"
    save_weights(build("cnn6"), path, key="cnn6")
    return path


def test_models_lists_every_network_with_its_size(ask):
    code, document, _ = ask("models")
    rows = {row["key"]: row for row in document["models"]}
    assert code == 0
    assert list(rows) == list(MODELS)
    assert (rows["fc2"]["n_params"], rows["fc2"]["dataset"]) == (6442, "mnist")
    assert rows["vgg"]["macs"] > 150e6
    assert all(row["accuracy"] is None or 0 < row["accuracy"] <= 1 for row in rows.values())


def test_models_without_checkpoints_have_no_accuracy(ask, tmp_path, monkeypatch):
    monkeypatch.setenv("CNNPLAY_CHECKPOINTS", str(tmp_path))
    _, document, _ = ask("models")
    assert {row["accuracy"] for row in document["models"]} == {None}


def test_train_then_evaluate_agree(ask, tmp_path):
    code, trained, _ = ask("train", "fc2", "--dataset", "mnist-5k", "--epochs", 3, "--out", tmp_path, "--device", "cpu")
    assert code == 0
    assert trained["accuracy"] > 0.3
    code, evaluated, _ = ask("evaluate", trained["checkpoint"])
    assert code == 0
    (row,) = evaluated["results"]
    assert row["accuracy"] == trained["accuracy"] == row["card_accuracy"]
    assert (row["dataset"], row["n"]) == ("mnist-5k", 1000)


def test_predict_answers_files_and_names_the_bad_one(ask, weights, tmp_path):
    page = np.full((200, 200), 240, np.uint8)
    page[40:160, 95:107] = 20
    Image.fromarray(page).save(tmp_path / "one.png")
    (tmp_path / "bad.png").write_bytes(b"%PDF-1.4")
    code, document, err = ask("predict", weights, tmp_path / "one.png", tmp_path / "bad.png", "--top", 4)
    good, bad = document["predictions"]
    assert code == 2
    assert len(good["top_k"]) == 4
    assert good["top_k"][0]["prob"] >= good["top_k"][1]["prob"]
    assert 0 <= good["none_prob"] <= 1
    assert set(bad) == {"image", "error"}
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["train", "lenet6"], "no network called 'lenet6'"),
        (["train", "fc2", "--recipe", "speedrun"], "fc2 has no recipe 'speedrun'. Choose one of: modern, published"),
        (["train", "fc2", "--lr", "-1"], "lr is -1.0. It must be a number from"),
        (["train", "fc2", "--dataset", "mnist-9k"], "mnist-9k"),
        (["evaluate"], "Nothing to evaluate"),
        (["evaluate", "nowhere.safetensors"], "no weights at nowhere.safetensors"),
        (["evaluate", "fc2", "--all"], "Give one or the other"),
        (["predict", "fc3", "x.png"], "neither a network's key nor"),
        (["reproduce", "densenet"], "densenet has no published figure"),
        (["calibrate", "nowhere.safetensors"], "no weights at"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(ask, argv, words):
    code, document, err = ask(*argv)
    assert (code, document) == (2, None)
    assert words in err
    assert err.count("\n") == 1


def test_pictures_of_another_shape_are_refused(ask, tmp_path):
    torch.manual_seed(0)
    save_weights(build("lenet5"), tmp_path / "c.safetensors", key="lenet5")
    code, _, err = ask("evaluate", tmp_path / "c.safetensors", "--dataset", "mnist-5k")
    assert code == 2
    assert "lenet5 takes cifar10-like pictures" in err


def test_reproduce_puts_published_and_measured_side_by_side(ask, monkeypatch, tmp_path):
    from cnnplay.cli import reproduce as command
    from cnnplay.training import recipes

    monkeypatch.setenv("CNNPLAY_HOME", str(tmp_path))
    whole = recipes.make_config

    def small(model, recipe, **changes):
        return whole(model, recipe, **changes, dataset="mnist-5k", epochs=2)

    monkeypatch.setattr(recipes, "make_config", small)
    code, document, _ = ask("reproduce", "fc2", "--device", "cpu")
    (row,) = document["results"]
    assert code == 0
    assert row["published"] == 0.8683
    assert len(row["test_accuracy_by_epoch"]) == 2
    assert row["measured"] == pytest.approx(row["test_accuracy_by_epoch"][-1], abs=0.005)
    assert "86.83%" in command.render(document)

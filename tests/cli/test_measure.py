"""`measure`, and the options that it shares with `train`."""

import argparse
import json

import pytest

from cnnplay.cli import measure
from cnnplay.cli.training_options import add_training_options, read_config
from cnnplay.training.recipes import make_config

QUICK = ("--dataset", "mnist-5k", "--device", "cpu", "--precision", "fp32")


def config_of(*argv):
    parser = argparse.ArgumentParser()
    add_training_options(parser)
    return read_config(parser.parse_args([str(word) for word in argv]))


def test_it_tells_size_speed_and_time(ask):
    code, document, _ = ask("measure", "cnn6", *QUICK, "--epochs", 3, "--batch-size", 100)
    assert code == 0
    assert (document["n_params"], document["n_steps"]) == (6422, 3 * 40)
    assert document["macs"] > 100_000
    assert (document["device"], document["precision"]) == ("cpu", "fp32")
    assert document["images_per_s"] > 100
    assert document["estimate_s"] == pytest.approx(3 * 4000 / document["images_per_s"])
    assert document["memory_bytes"] > 50e6
    assert document["lr_curve"] is document["suggested_lr"] is None
    assert "6,422 parameters" in measure.render(document)


def test_it_finds_a_learning_rate_for_a_stored_configuration(ask, tmp_path):
    config = make_config("fc2", dataset="mnist-5k", device="cpu", precision="fp32", model_options={"width": 16})
    (tmp_path / "config.json").write_text(json.dumps(config.to_json()))
    code, document, _ = ask("measure", "--config", tmp_path / "config.json", "--find-lr")
    assert code == 0
    assert document["n_params"] == 784 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10
    lrs = [lr for lr, _ in document["lr_curve"]]
    assert len(lrs) > 30
    assert lrs == sorted(lrs)
    assert 1e-3 < document["suggested_lr"] < 1e-1
    assert "suggested learning rate: 0.0" in measure.render(document)


def test_options_change_the_recipe_or_the_file(tmp_path):
    assert config_of("cnn16_32") == make_config("cnn16_32")
    given = config_of(
        *("residual_conv", "--recipe", "published", "--val-size", 500, "--patience", 3, "--init", "xavier"),
        *("--dropout", 0.2, "--optimizer", "adam", "--clip-grad", 1, "--start-from", "residual_conv"),
    )
    assert given.model_options == {"as_published": True, "dropout": 0.2}
    assert (given.recipe, given.patience, given.init, given.clip_grad) == ("published", 3, "xavier", 1)
    (tmp_path / "c.json").write_text(json.dumps(given.to_json()))
    assert config_of("--config", tmp_path / "c.json") == given
    assert config_of("residual_conv", "--config", tmp_path / "c.json", "--lr", 0.5).lr == 0.5


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "There is no network to train"),
        (["lenet6"], "no network called 'lenet6'"),
        (["fc2", "--patience", "2"], "patience is 2, and val_size is 0"),
        (["fc2", "--dropout", "2"], "dropout is 2.0. It must be a number from 0 to 0.9"),
        (["fc2", "--config", "FILE"], "FILE is for cnn6, not for fc2"),
        (["--config", "FILE", "--recipe", "modern"], "Give one or the other"),
        (["--config", "nowhere.json"], "nowhere.json is not a JSON file"),
        (["--config", "LIST"], "LIST holds no training configuration"),
        (["vgg", "--dataset", "mnist-5k"], "vgg takes pictures of (3, 32, 32)"),
        (["fc2", "--dataset", "mnist-9k"], "mnist-9k"),
    ],
)
@pytest.mark.parametrize("command", ["measure", "train"])
def test_bad_input_gets_one_line_and_exit_code_2(ask, tmp_path, monkeypatch, command, argv, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "FILE").write_text(json.dumps(make_config("cnn6", dataset="mnist-5k").to_json()))
    (tmp_path / "LIST").write_text("[1]")
    code, document, err = ask(command, *argv, *(["--out", tmp_path / "out"] if command == "train" else []))
    assert (code, document) == (2, None)
    assert words in err
    assert err.count("\n") == 1

"""`map`: what it prints and where it leaves the maps."""

import json
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from cnnplay.cli.main import main
from cnnplay.models.card import shipped_files
from cnnplay.runs.feature_map import shipped_map_file


def test_a_map_that_is_known_is_told_and_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "fc2", "cnn6", "--out", str(tmp_path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["results"]
    assert [(row["checkpoint"], row["dataset"], row["n"], row["n_features"]) for row in rows] == [
        ("fc2", "mnist", 3000, 8),
        ("cnn6", "mnist", 3000, 50),
    ]
    assert all(0.1 < row["kept_neighbours"] < 1 for row in rows)
    copy = tmp_path / shipped_map_file(shipped_files("fc2").weights).name
    kept = load_file(shipped_map_file(shipped_files("fc2").weights))
    assert all((array == kept[name]).all() for name, array in load_file(copy).items())
    assert main(["map", "fc2"]) == 0
    assert "fc2 on mnist: 3,000 test pictures by 8 features" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "or --all"),
        (["fc2", "--all"], "one or the other"),
        (["nobody"], "nobody"),
        (["fc2", "--out", "/no/such/folder"], "no folder"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", *arguments]) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.count("\n") == 1
    assert shown.out == ""

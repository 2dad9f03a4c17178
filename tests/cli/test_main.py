"""The frame of the command line, with a command made for the test and in real processes."""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from cnnplay import __version__
from cnnplay.cli import main as frame
from cnnplay.cli.errors import PartlyFailedError
from cnnplay.cli.main import COMMANDS, main
from cnnplay.errors import ConfigError
from cnnplay.settings import PROJECT_DIR

Run = Callable[[argparse.Namespace], dict[str, Any]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Callable[[Run], None]:
    """Register `greet [--name NAME]`, which does what the test says."""

    def register(run: Run) -> None:
        module = ModuleType("cnnplay.cli.greet")

        def add_parser(subparsers: Any) -> None:
            parser = subparsers.add_parser("greet", help="made for a test")
            parser.add_argument("--name", default="you", type=str)
            parser.add_argument("--times", default=1, type=int)

        def render(result: dict[str, Any]) -> str:
            return f"Hello {result['name']}"

        vars(module).update(add_parser=add_parser, run=run, render=render)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(frame, "COMMANDS", ("greet",))

    return register


def python_m_cnnplay(*args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "cnnplay", *args], cwd=PROJECT_DIR, capture_output=True, text=True)


def test_a_result_is_text_for_a_person(command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]) -> None:
    command(lambda args: {"name": args.name})
    assert main(["greet", "--name", "Ada"]) == 0
    assert capsys.readouterr() == ("Hello Ada\n", "")


def test_a_result_is_one_json_document_on_demand(
    command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: argparse.Namespace) -> dict[str, Any]:
        sys.stdout.write("a library that talks\n")
        return {"name": args.name}

    command(run)
    assert main(["greet", "--name", "Zoë", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "Zoë"}
    assert err == "a library that talks\n"


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_bad_input_is_one_line_and_exit_code_2(
    as_json: list[str], command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_args: argparse.Namespace) -> dict[str, Any]:
        sys.stdout.write("half a result")
        raise ConfigError("lr is 7;\n  allowed is 0 to 1.")

    command(run)
    assert main(["greet", *as_json]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].endswith("cnnplay: lr is 7; allowed is 0 to 1.")


def test_a_partial_failure_prints_what_there_is_and_exits_with_2(
    command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def run(_args: argparse.Namespace) -> dict[str, Any]:
        raise PartlyFailedError("1 of 2 names was empty.", {"name": "Ada"})

    command(run)
    assert main(["greet", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out) == {"name": "Ada"}
    assert err == "cnnplay: 1 of 2 names was empty.\n"


def test_an_interruption_is_exit_code_130(command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]) -> None:
    def run(_args: argparse.Namespace) -> dict[str, Any]:
        raise KeyboardInterrupt

    command(run)
    assert main(["greet"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_fault_of_ours_keeps_its_traceback(command: Callable[[Run], None]) -> None:
    def run(_args: argparse.Namespace) -> dict[str, Any]:
        raise ZeroDivisionError("a bug")

    command(run)
    with pytest.raises(ZeroDivisionError):
        main(["greet"])


def test_not_a_number_is_never_printed_as_json(command: Callable[[Run], None]) -> None:
    command(lambda _args: {"name": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        main(["greet", "--json"])


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "required: COMMAND"),
        (["sing"], "invalid choice: 'sing'"),
        (["greet", "--loud"], "unrecognized arguments: --loud"),
        (["greet", "--times", "many"], "invalid int value: 'many'"),
        (["greet", "--nam", "Ada"], "unrecognized arguments: --nam"),
        (["greet", "--name"], "expected one argument"),
    ],
)
def test_a_wrong_command_line_is_one_line_without_usage(
    argv: list[str], words: str, command: Callable[[Run], None], capsys: pytest.CaptureFixture[str]
) -> None:
    command(lambda args: {"name": args.name})
    assert main(argv) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert words in err
    assert "--help" in err


def test_help_names_every_command() -> None:
    done = python_m_cnnplay("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for name in COMMANDS:
        assert re.search(rf"^    {name}\s+\w", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_json(name: str) -> None:
    done = python_m_cnnplay(name, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from cnnplay.cli.main import main\n"
        "main(['--help'])\n"
        "heavy = {'torch', 'torchvision', 'numpy', 'streamlit', 'plotly', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_version_is_that_of_the_package() -> None:
    assert python_m_cnnplay("--version").stdout == f"cnnplay {__version__}\n"


def test_an_error_of_a_real_process_is_one_line() -> None:
    done = python_m_cnnplay("data", "svhn", "--json")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_reader_that_goes_away_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "cnnplay", "data", "--json"],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141

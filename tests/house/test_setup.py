"""The two commands that a newcomer types, as far as they can be tried without an installation."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cnnplay.settings import PROJECT_DIR

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")


def plan(target: str, *variables: str, cwd: Path = PROJECT_DIR) -> str:
    """What make would do, in order."""
    own = ("MAKE", "MFLAGS", "VENV", "PYTHON", "REQUIREMENTS")  # what make reads from the one who runs the tests
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", target, *variables],
        cwd=cwd,
        env=inherited,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_run_makes_the_environment_and_opens_the_app(tmp_path: Path) -> None:
    text = plan("run", f"VENV={tmp_path}/new", "PYTHON=python3")
    assert in_order(
        text, f"python3 -m venv {tmp_path}/new", "pip install", "-r requirements.txt", "streamlit run app.py"
    )
    assert "requirements-dev.txt" not in text


def test_test_checks_everything_and_ends_with_pytest(tmp_path: Path) -> None:
    text = plan("test", f"VENV={tmp_path}/new", "PYTHON=python3")
    assert in_order(
        text,
        "-r requirements-dev.txt",
        "ruff check",
        "ruff format --check",
        "mypy",
        "lint-imports",
        "install_chromium.sh",
        "install_postgresql.sh",
    )
    assert " -m pytest -n " in text.splitlines()[-1]


def test_the_environment_is_installed_again_only_when_requirements_change(tmp_path: Path) -> None:
    for name in ("Makefile", *(path.name for path in PROJECT_DIR.glob("requirements*.txt")), "constraints.txt"):
        shutil.copy(PROJECT_DIR / name, tmp_path)
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    for stamp in ("bin/python", ".run-ready", ".dev-ready"):
        (venv / stamp).touch()
    assert "pip install" not in plan("test", cwd=tmp_path)
    later = (venv / ".dev-ready").stat().st_mtime + 10
    os.utime(tmp_path / "requirements-dev.txt", (later, later))
    text = plan("test", cwd=tmp_path)
    assert "-r requirements-dev.txt" in text
    assert "-r requirements.txt" not in text


def test_small_hosts_can_ask_for_the_cpu_build(tmp_path: Path) -> None:
    text = plan("run", f"VENV={tmp_path}/new", "PYTHON=python3", "REQUIREMENTS=requirements-cpu.txt")
    assert "-r requirements-cpu.txt" in text


def test_without_a_suitable_python_make_says_which_one_it_needs(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "run", f"VENV={tmp_path}/new", "PYTHON="],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "cnnplay needs Python 3.11 to 3.13" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("script", [".ci/run", "tests/install_chromium.sh", "tests/install_postgresql.sh"])
def test_a_script_is_executable_and_parses(script: str) -> None:
    assert os.access(PROJECT_DIR / script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], cwd=PROJECT_DIR).returncode == 0

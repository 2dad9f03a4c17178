"""What may be imported where, beyond what import-linter sees: it knows no laziness and no requirements.txt."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from cnnplay.settings import PROJECT_DIR

# The first page imports these, and has four seconds: torch alone takes three.
TORCH_FREE = (
    "cnnplay",
    "cnnplay.settings",
    "cnnplay.errors",
    "cnnplay.models.registry",
    "cnnplay.models.card",
    "cnnplay.data.catalog",
    "cnnplay.data.store",
    "cnnplay.data.drawing",
    "cnnplay.data.strokes",
    "cnnplay.data.photo",
    "cnnplay.inference",
    "cnnplay.runs.store",
    "cnnplay.runs.executor",
)
PINNED = ("requirements.txt", "requirements-extras.txt", "requirements-dev.txt", "constraints.txt")
SOURCES = sorted(path for folder in ("cnnplay", "pages") for path in (PROJECT_DIR / folder).rglob("*.py"))


@pytest.mark.parametrize("module", TORCH_FREE)
def test_importing_it_brings_no_torch(module: str) -> None:
    script = f"import sys, {module}; sys.exit(bool({{'torch', 'torchvision', 'streamlit'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR).returncode == 0


def imported_packages(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (PROJECT_DIR / file).read_text(encoding="utf-8").splitlines()
    return {
        normalised(line.partition("==")[0]): line.partition("==")[2]
        for line in lines
        if line and not line.startswith(("#", "-"))
    }


def test_whatever_is_imported_is_in_the_requirements() -> None:
    imported = set().union(*(imported_packages(path) for path in [*SOURCES, PROJECT_DIR / "app.py"]))
    distributions = packages_distributions()
    third_party = {name for name in imported if name in distributions} - {"cnnplay"}
    known = {*pinned("requirements.txt"), *pinned("requirements-extras.txt")}
    missing = {name for name in third_party if not {normalised(each) for each in distributions[name]} & known}
    assert "torch" in third_party
    assert not missing


@pytest.mark.parametrize("file", PINNED)
def test_every_requirement_is_pinned(file: str) -> None:
    assert pinned(file)
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in pinned(file).values())


def test_nothing_is_pinned_twice() -> None:
    files = [set(pinned(file)) for file in PINNED]
    assert len(set.union(*files)) == sum(map(len, files))

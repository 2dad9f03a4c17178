"""Files and functions stay short enough to be read at a glance."""

import ast
from pathlib import Path

import pytest

from cnnplay.settings import PROJECT_DIR

MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = {"app.py": 50, "pages": 150, "cnnplay": 300}
SOURCES = sorted(
    path.relative_to(PROJECT_DIR)
    for place in MAX_FILE_LINES
    for path in ([PROJECT_DIR / place] if place.endswith(".py") else (PROJECT_DIR / place).rglob("*.py"))
)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_a_file_is_short(source: Path) -> None:
    n_lines = len((PROJECT_DIR / source).read_text(encoding="utf-8").splitlines())
    assert n_lines <= MAX_FILE_LINES[source.parts[0]]


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_its_functions_are_short(source: Path) -> None:
    tree = ast.parse((PROJECT_DIR / source).read_text(encoding="utf-8"))
    long = {
        node.name: body_lines(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and body_lines(node) > MAX_FUNCTION_LINES
    }
    assert not long


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines below the signature and the docstring: those two may explain as much as they have to."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0

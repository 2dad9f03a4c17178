"""A run as one Python file that needs nothing of this project: torch, numpy and safetensors are enough.

The file is put together from the project's own modules, word for word, so that it trains the very same network. It
carries each module that is needed as text and imports it from there.
"""

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cnnplay import __version__
from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import ConfigError, ExportError, InputError
from cnnplay.models.registry import get_spec
from cnnplay.runs.records import IMPORTED
from cnnplay.runs.weights import Trained
from cnnplay.settings import PROJECT_DIR
from cnnplay.training.config import TrainConfig

PACKAGE = "cnnplay"
ENTRY = "cnnplay.runs.retraining"
NEEDS = frozenset({"numpy", "safetensors", "torch"})
LEFT_OUT = frozenset({"cnnplay.data.corrections", "cnnplay.data.embedded", "cnnplay.data.pen_pictures"})
"""Imported inside functions that a script never calls; they would bring other packages along."""

_HEAD = '''"""{title}

Trains {model} on {dataset} once more: the network, the loop, the augmentation, the optimiser, the schedule and the
settings are those of the run. {promise}

    pip install torch numpy safetensors
    python {file_name} --data {dataset}.safetensors

The data file holds train_images, train_labels, test_images and test_labels: images uint8, N x C x H x W. cnnplay
{version} made this script from its own modules, which stand below word for word; its licence is at the end.
"""

import importlib.abc
import importlib.util
import json
import sys

FACTS = json.loads(r"""
{facts}
""")

SOURCES = {{}}
'''
_EXACT = """On the same kind of processor, with the same number of threads and the
same versions, the weights come out the same to the last bit."""
_IN_ONE_STRETCH = """The run had ended before and was extended; this script trains
all its epochs in one stretch, so its network will be another one."""
_TAIL = '''

class Carried(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports the modules that this script carries."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname not in SOURCES:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=self.is_package(fullname))

    def is_package(self, fullname):
        return any(name.startswith(fullname + ".") for name in SOURCES)

    def get_source(self, fullname):
        return SOURCES[fullname]

    def exec_module(self, module):
        module.__file__ = f"{__file__}:{module.__name__}"
        exec(compile(SOURCES[module.__name__], module.__file__, "exec"), module.__dict__)


if __name__ == "__main__":
    sys.meta_path.insert(0, Carried())
    from cnnplay.runs.retraining import main

    sys.exit(main(FACTS))

'''


def export_script(trained: Trained, *, file_name: str) -> str:
    """The script.

    Args:
        trained: the network that is to be trained once more.
        file_name: what the script will be called; only for its own words.

    Raises:
        ExportError: nobody knows how it was trained, or it learned from more than one data file holds.
        CheckpointError: its card cannot be read.
    """
    facts = gather_facts(trained)
    model, dataset = facts["config"]["model"], facts["dataset"]["key"]
    head = _HEAD.format(
        title=_one_line(trained.name),
        model=model,
        dataset=dataset,
        promise=_IN_ONE_STRETCH if trained.is_extended else _EXACT,
        file_name=file_name,
        version=__version__,
        facts=json.dumps(facts, indent=1),
    )
    modules = collect_sources(ENTRY, get_spec(model).builder.partition(":")[0])
    carried = "".join(f"\nSOURCES[{name!r}] = {_quote(source)}\n" for name, source in modules.items())
    licence = (PROJECT_DIR / "LICENSE").read_text(encoding="utf-8")
    script = head + carried + _TAIL + "".join(f"# {line}".rstrip() + "\n" for line in licence.splitlines())
    ast.parse(script)
    return script


def reason_against(trained: Trained) -> str | None:
    """Why there can be no script of this network, in one sentence; None where there can."""
    try:
        _config_of(trained)
    except ExportError as error:
        return str(error)
    return None


def gather_facts(trained: Trained) -> dict[str, Any]:
    """What `cnnplay.runs.retraining.main` has to know, as JSON values.

    Raises:
        ExportError: nobody knows how it was trained, or it learned from more than one data file holds.
        CheckpointError: its card cannot be read.
    """
    config, card = _config_of(trained), trained.read_card()
    return {
        "config": {**config.to_json(), "precision": card.precision if card else config.precision},
        "dataset": asdict(get_dataset_spec(config.dataset)),
        "data_hash": card.data_hash if card else None,
        "torch_version": card.torch_version if card else None,
        "accuracy": card.accuracy if card else None,
    }


def collect_sources(*entries: str) -> dict[str, str]:
    """The text of some modules of this project and of all that they import of it, packages included.

    Args:
        entries: full names of modules.

    Returns:
        Text by name, the names in order.

    Raises:
        ExportError: one of them needs another package than `NEEDS`.
    """
    found: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name in found or name in LEFT_OUT:
            continue
        found[name] = _path_of(name).read_text(encoding="utf-8")
        waiting += [name.rpartition(".")[0]] if "." in name else []
        for imported in _imports(ast.parse(found[name])):
            root = imported.partition(".")[0]
            if root == PACKAGE:
                waiting.append(imported)
            elif root not in NEEDS and root not in sys.stdlib_module_names:
                raise ExportError(f"A script cannot carry {name}, which needs {root}.")
    return dict(sorted(found.items()))


def _imports(node: ast.AST, *, is_inside: bool = False) -> Iterator[str]:
    """Names of imported modules; those that functions import from other packages, and those for types, left out."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        names: list[str] = []
        if isinstance(child, ast.Import):
            names = [alias.name for alias in child.names]
        elif isinstance(child, ast.ImportFrom) and child.module:
            parts = [f"{child.module}.{alias.name}" for alias in child.names]
            names = [child.module, *(part for part in parts if child.module.startswith(PACKAGE) and _is_module(part))]
        yield from (name for name in names if not is_inside or name.partition(".")[0] == PACKAGE)
        inside = is_inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports(child, is_inside=inside)


def _path_of(name: str) -> Path:
    path = PROJECT_DIR.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _is_module(name: str) -> bool:
    return _path_of(name).is_file()


def _config_of(trained: Trained) -> TrainConfig:
    if not trained.config or trained.config.get("recipe") == IMPORTED:
        raise ExportError(f"{trained.name} came as a file, and how it was trained is not known. Take its weights.")
    try:
        config = TrainConfig.from_json(trained.config)
        get_dataset_spec(config.dataset)
    except (ConfigError, InputError) as error:
        raise ExportError(f"How {trained.name} was trained is no longer understood here: {error}") from error
    if config.drawings:
        raise ExportError(
            f"{trained.name} learned from pen strokes as well, which a script with one data file does not have. "
            f"Train it here: python -m cnnplay train {config.model}."
        )
    if config.corrections:
        raise ExportError(
            f"{trained.name} learned from corrections as well, which a script with one data file does not have. "
            "Take its weights."
        )
    return config


def _quote(source: str) -> str:
    """As a literal that can be read."""
    text = f"r'''\n{source}'''"
    return text if _reads_as(text, "\n" + source) else repr("\n" + source)


def _reads_as(literal: str, value: Any) -> bool:
    try:
        return bool(ast.literal_eval(literal) == value)
    except SyntaxError:
        return False


def _one_line(name: str) -> str:
    """A name that people chose, harmless inside the script's first words."""
    return " ".join(name.replace("\\", "/").replace('"', "'").split())

"""Every experiment by its key: each file in `questions` that holds an `EXPERIMENT` is one."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from cnnplay.errors import InputError
from cnnplay.experiments import questions
from cnnplay.experiments.experiment import Experiment


@cache
def list_experiments() -> tuple[Experiment, ...]:
    """All of them in their order of presentation; needs no torch."""
    modules = (import_module(f"{questions.__name__}.{found.name}") for found in iter_modules(questions.__path__))
    return tuple(sorted((module.EXPERIMENT for module in modules), key=lambda each: each.order))


def get_experiment(key: str) -> Experiment:
    """The experiment of this key.

    Raises:
        InputError: there is none.
    """
    known = {each.key: each for each in list_experiments()}
    if key not in known:
        raise InputError(f"There is no experiment called {key[:40]!r}. Choose one of: {', '.join(known)}.")
    return known[key]

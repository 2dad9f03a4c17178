"""Packages that only exports need: they are there, or one sentence says how to get them."""

from importlib.util import find_spec

from cnnplay.errors import ExportError

EXTRAS = {"mlflow": "MLflow", "tensorboard": "TensorBoard"}
"""What each is called; requirements-extras.txt has their versions."""


def reason_against(package: str) -> str | None:
    """Why nothing can be made with a package, in a sentence; None where it is installed."""
    if find_spec(package) is not None:
        return None
    return f"{EXTRAS[package]} is not installed here. Get it: python -m pip install -r requirements-extras.txt."


def need(package: str) -> None:
    """Checks that a package is installed.

    Raises:
        ExportError: it is not; says how to get it.
    """
    if reason := reason_against(package):
        raise ExportError(reason)

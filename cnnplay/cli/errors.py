"""What can go wrong on the command line alone."""

from typing import Any

from cnnplay.errors import InputError


class UsageError(InputError):
    """The command line itself was not understood."""


class PartlyFailedError(InputError):
    """Some of the inputs could not be used; `result` is the JSON document with all of them."""

    def __init__(self, message: str, result: dict[str, Any]) -> None:
        super().__init__(message)
        self.result = result

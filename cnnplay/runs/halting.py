"""Ends work at its user's word: between two batches, or at once where nothing is lost by it."""

import _thread
import signal as signals
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Literal


class HaltedError(BaseException):
    """The work was told to end in the middle of what can be done again; like KeyboardInterrupt, it is no Exception."""


class Halting:
    """Whether this process was told to halt.

    Long pieces of work that know nothing of it, as an import or the reading of data, are ended by an exception in the
    main thread, which Python raises between any two of its instructions.
    """

    def __init__(self) -> None:
        self._is_told = self._is_breakable = False

    def __call__(self) -> Literal["go", "halt"]:
        """What a training loop asks between its batches."""
        return "halt" if self._is_told else "go"

    def tell(self) -> None:
        """Tells it to halt, from any thread; may be repeated."""
        self._is_told = True
        if self._is_breakable:
            _thread.interrupt_main(signals.SIGTERM)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside, the main thread halts wherever it is.

        Raises:
            HaltedError: it was told to.
        """
        self._is_breakable = True
        try:
            if self._is_told:
                raise HaltedError
            yield
        finally:
            self._is_breakable = False

    def take_signal(self, _number: int, _frame: FrameType | None) -> None:
        """The handler of the signals that tell it.

        Raises:
            HaltedError: the main thread is where it may halt at once.
        """
        self._is_told = True
        if self._is_breakable:
            raise HaltedError


@contextmanager
def halt_on_signals() -> Iterator[Halting]:
    """Turns SIGINT and SIGTERM into a halt, so that the state is saved; restores what they did before after it.

    Yields:
        What was told; only for the main thread.
    """
    halting = Halting()
    old = {number: signals.signal(number, halting.take_signal) for number in (signals.SIGINT, signals.SIGTERM)}
    try:
        yield halting
    finally:
        for number, handler in old.items():
            signals.signal(number, handler)

"""Work that takes seconds and much memory, in a process of its own: visitors of other pages wait for none of it."""

import json
import subprocess
import sys
from typing import Any

from cnnplay.errors import InputError
from cnnplay.runs.executor import own_environment
from cnnplay.settings import PROJECT_DIR


def run_command(*arguments: str, timeout_s: float) -> dict[str, Any]:
    """Runs `python -m cnnplay ...`, and waits for it.

    Args:
        arguments: of the command line, without --json.
        timeout_s: after which it is given up.

    Returns:
        The JSON document that it printed.

    Raises:
        InputError: it took too long, or refused; with its own sentence.
    """
    command = [sys.executable, "-m", "cnnplay", *arguments, "--json"]
    try:
        done = subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=own_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"It took longer than {timeout_s:g} s and was given up. Try again later.") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"It ended with code {done.returncode}."]
        raise InputError(lines[-1].removeprefix("cnnplay: "))
    document: dict[str, Any] = json.loads(done.stdout)
    return document

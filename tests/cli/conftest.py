"""A command line, asked and answered in JSON."""

import json

import pytest

from cnnplay.cli.main import main


@pytest.fixture
def ask(capsys):
    """Run a command line; gives exit code, the JSON document or None, and stderr."""

    def run(*argv):
        code = main([*map(str, argv), "--json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else None, err

    return run

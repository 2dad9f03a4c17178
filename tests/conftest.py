"""What every test stands on: no test writes into the folders of the person who runs it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from cnnplay.settings import HOME_VARIABLE

# A busy machine is slow, not wrong.
settings.register_profile("cnnplay", deadline=None, print_blob=True)
settings.load_profile("cnnplay")


@pytest.fixture(scope="session", autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One CNNPLAY_HOME for the whole run, so that the embedded data set is unpacked once."""
    home = tmp_path_factory.mktemp("home")
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(home)
    yield home
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before

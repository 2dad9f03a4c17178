"""Where cnnplay reads and writes: three folders and a run store, each movable by an environment variable."""

import os
from collections.abc import Callable
from pathlib import Path

DATA_VARIABLE = "CNNPLAY_DATA"
HOME_VARIABLE = "CNNPLAY_HOME"
CHECKPOINTS_VARIABLE = "CNNPLAY_CHECKPOINTS"
DATABASE_VARIABLE = "CNNPLAY_DATABASE_URL"
PROJECT_DIR = Path(__file__).resolve().parent.parent


def _folder(variable: str, default: Callable[[], Path]) -> Path:
    value = os.environ.get(variable)
    return Path(value).expanduser() if value else default()


def _user_cache() -> Path:
    from platformdirs import user_cache_path  # a script that carries this module does without

    return user_cache_path("cnnplay", appauthor=False)


def _user_data() -> Path:
    from platformdirs import user_data_path

    return user_data_path("cnnplay", appauthor=False)


def data_dir() -> Path:
    """Folder of the downloaded data sets (`CNNPLAY_DATA`); it may be read-only and need not exist yet."""
    return _folder(DATA_VARIABLE, lambda: _user_cache() / "data")


def home_dir() -> Path:
    """Folder of everything that the app itself writes (`CNNPLAY_HOME`); it need not exist yet."""
    return _folder(HOME_VARIABLE, _user_data)


def checkpoints_dir() -> Path:
    """Folder of the shipped networks and their cards (`CNNPLAY_CHECKPOINTS`)."""
    return _folder(CHECKPOINTS_VARIABLE, lambda: PROJECT_DIR / "checkpoints")


def run_dir(run_id: str) -> Path:
    """Folder of the files of one run in the store; it need not exist yet."""
    return home_dir() / "runs" / run_id


def database_url() -> str:
    """Address of the run store (`CNNPLAY_DATABASE_URL`): PostgreSQL, or by default an SQLite file in `home_dir()`."""
    return os.environ.get(DATABASE_VARIABLE) or f"sqlite:///{home_dir().resolve() / 'runs.sqlite'}"

"""Files that a command writes for somebody."""

from pathlib import Path

from cnnplay.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or error}). Give another file.") from error
    finally:
        part.unlink(missing_ok=True)

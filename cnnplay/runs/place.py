"""Which of several machines or folders around one run store this is."""

import os
import uuid

from cnnplay.settings import home_dir


def this_place() -> str:
    """Names this machine's `CNNPLAY_HOME`: with several around one store, each works on the runs whose files it has."""
    path = home_dir() / "place"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f"place.{uuid.uuid4()}.part")
        part.write_text(str(uuid.uuid4()), encoding="utf-8")
        try:
            os.link(part, path)  # unlike a rename, it fails where another process was first
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text(encoding="utf-8")

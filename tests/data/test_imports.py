import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["strokes", "digit", "drawing", "photo", "pen_strokes"])
def test_what_the_first_stroke_needs_is_light_to_import(module: str) -> None:
    heavy = "[m for m in ('torch', 'torchvision', 'scipy') if m in sys.modules]"
    code = f"import sys, cnnplay.data.{module}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""The README leaves nothing out that a user could type."""

import re

import pytest

from cnnplay import settings
from cnnplay.cli.main import COMMANDS
from cnnplay.data.catalog import DATASETS
from cnnplay.settings import PROJECT_DIR

README = (PROJECT_DIR / "README.md").read_text(encoding="utf-8")
VARIABLES = [value for name, value in vars(settings).items() if name.endswith("_VARIABLE")]


@pytest.mark.parametrize("name", [*COMMANDS, *DATASETS, *VARIABLES])
def test_it_has_a_row(name: str) -> None:
    assert re.search(rf"^\| `{re.escape(name)}\b", README, re.MULTILINE)


def test_its_links_into_the_project_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (PROJECT_DIR / link).exists()] == []

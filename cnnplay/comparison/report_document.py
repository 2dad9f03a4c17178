"""What a report is made of: chapters of sentences, tables and charts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table of a report.

    Attributes:
        title: above it.
        values: numbers as they are, for a file of data; its first column names the row.
        words: the same for readers, all text; None where `values` reads well as it is.
    """

    title: str
    values: pd.DataFrame
    words: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A chapter: sentences, then tables, then charts with their titles."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[tuple[str, go.Figure], ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """What is written to a file.

    Attributes:
        title: of the whole.
        facts: about the report itself.
        colours: of each network in the charts, and how its line is drawn.
        parts: its chapters.
    """

    title: str
    facts: Mapping[str, str]
    colours: Mapping[str, tuple[str, str]]
    parts: tuple[Part, ...]

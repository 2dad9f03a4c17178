"""A report as a file: HTML that needs no network, Markdown, or CSV with every number as it was measured."""

import csv
import io
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cnnplay.comparison.report_document import Part, Report, Table
from cnnplay.errors import ExportError
from cnnplay.figures.template import CONFIG

KINDS: Mapping[str, str] = {"html": "text/html", "md": "text/markdown", "csv": "text/csv"}
"""Ends of the names of files, and what they hold."""
CSV_COLUMNS = ("table", "row", "column", "value")
MANY_ROWS = 15
"""A longer table is folded at first."""
_STYLE = """
:root { color-scheme: light dark; --soft: light-dark(#6b6862, #a8a59c); --hair: light-dark(#e2e0da, #383732); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2.5rem auto; padding: 0 1rem;
  background: light-dark(#fcfcfb, #191917); color: light-dark(#1c1b19, #eceae4); }
h1 { font-size: 1.9rem; line-height: 1.2; } h2 { font-size: 1.35rem; margin-top: 2.4rem; } h3 { font-size: 1.05rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; } dt { color: var(--soft); }
dd { margin: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--hair); white-space: nowrap; }
.legend span { margin-right: 1.1rem; white-space: nowrap; }
.legend i { display: inline-block; width: 1.1rem; margin-right: .4rem; vertical-align: .25rem; }
th { color: var(--soft); font-weight: 600; } @media (max-width: 640px) { dl { grid-template-columns: 1fr; } }
"""


def make_html(report: Report) -> str:
    """One page with its style, its charts and what draws them: it asks nobody for anything."""
    from plotly.offline import get_plotlyjs

    has_charts = any(part.charts for part in report.parts)
    script = f"<script>{get_plotlyjs()}</script>" if has_charts else ""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(words)}</dd>" for name, words in report.facts.items())
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style>{script}</head><body><h1>{escape(report.title)}</h1><dl>{facts}</dl>"
        f"{''.join(_html_part(part, report) for part in report.parts)}</body></html>\n"
    )


def _html_part(part: Part, report: Report) -> str:
    sentences = "".join(f"<p>{escape(sentence)}</p>" for sentence in part.sentences)
    tables = "".join(_html_table(table, part) for table in part.tables)
    charts = _legend(report) if part.charts else ""
    charts += "".join(
        f"<h3>{escape(title)}</h3>{figure.to_html(full_html=False, include_plotlyjs=False, config=CONFIG)}"
        for title, figure in part.charts
    )
    return f"<section><h2>{escape(part.title)}</h2>{sentences}{tables}{charts}</section>"


def _legend(report: Report) -> str:
    names = "".join(
        f'<span><i style="border-top: 3px {_border(dash)} {colour}"></i>{escape(name)}</span>'
        for name, (colour, dash) in report.colours.items()
    )
    return f'<p class="legend">{names}</p>'


def _border(dash: str) -> str:
    return "solid" if dash == "solid" else "dashed"


def _html_table(table: Table, part: Part) -> str:
    title = "" if table.title == part.title else f"<h3>{escape(table.title)}</h3>"
    names, rows = _cells(table)
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    whole = f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    if len(rows) > MANY_ROWS:
        return f"{title}<details><summary>{len(rows)} rows</summary>{whole}</details>"
    return f"{title}{whole}"


def make_markdown(report: Report) -> str:
    """Sentences and tables; its charts are in the HTML."""
    lines = [f"# {_plain(report.title)}", ""]
    lines += [f"- {_plain(name)}: {_plain(words)}" for name, words in report.facts.items()]
    for part in (part for part in report.parts if part.sentences or part.tables):
        lines += ["", f"## {_plain(part.title)}"]
        for sentence in part.sentences:
            lines += ["", _plain(sentence)]
        for table in part.tables:
            lines += ["", *([] if table.title == part.title else [f"### {_plain(table.title)}", ""])]
            names, rows = _cells(table)
            lines += [f"| {' | '.join(map(_plain, names))} |", f"|{' --- |' * len(names)}"]
            lines += [f"| {' | '.join(map(_plain, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def make_csv(report: Report) -> str:
    """Every number of every table on a line of its own: table, row, column, value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    writer.writerows(("Report", name, "", words) for name, words in report.facts.items())
    for part in report.parts:
        for table in part.tables:
            for row in table.values.to_dict("records"):
                name, *others = row.items()
                writer.writerows((table.title, name[1], column, value) for column, value in others if _is_known(value))
    return text.getvalue()


def make_file(report: Report, kind: str) -> str:
    """The text of a file of one of the `KINDS`."""
    return {"html": make_html, "md": make_markdown, "csv": make_csv}[kind](report)


def check_path(path: Path) -> None:
    """Looks whether a report could be written there, before it is made.

    Raises:
        ExportError: the end of the name is none of `KINDS`, or the folder does not exist.
    """
    if path.suffix.lstrip(".") not in KINDS:
        ends = ", ".join(f".{kind}" for kind in KINDS)
        raise ExportError(f"{path} is no name for a report. Let it end in one of: {ends}.")
    if not path.parent.is_dir():
        raise ExportError(f"There is no folder {path.parent}. Make it, or choose another.")


def write_report(report: Report, path: Path) -> None:
    """Writes it, whole or not at all.

    Raises:
        ExportError: as `check_path`, or the file cannot be written.
    """
    check_path(path)
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(make_file(report, path.suffix.lstrip(".")), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written ({error.strerror}). Choose another place.") from error


def _cells(table: Table) -> tuple[list[str], list[list[str]]]:
    frame = table.values if table.words is None else table.words
    rows = [[_shown(value) for value in row] for row in frame.itertuples(index=False)]
    return [str(name) for name in frame.columns], rows


def _shown(value: Any) -> str:
    if not _is_known(value):
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _is_known(value: Any) -> bool:
    return not (value is None or (isinstance(value, float) and pd.isna(value)))


def _plain(text: str) -> str:
    """On one line, with nothing that Markdown would take for a sign of its own."""
    escaped = "".join(f"\\{sign}" if sign in r"\`*_{}[]<>|#" else sign for sign in text)
    return " ".join(escaped.split())

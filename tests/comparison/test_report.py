"""The report: whole, the same in all forms, and safe whatever a run is called."""

import csv
import io
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from cnnplay.comparison.entries import find_entries, list_entries
from cnnplay.comparison.leaderboard import make_rows
from cnnplay.comparison.report import make_report
from cnnplay.comparison.report_files import check_path, make_csv, make_html, make_markdown, write_report
from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tests import contrast_all
from cnnplay.errors import ExportError
from cnnplay.runs.answers import load_answer_key

NASTY = "<script>alert(1)</script> | **x** `y` [z](http://a)"


def report_of(*tokens, title=None):
    key = load_answer_key("cifar10")
    entries, _ = find_entries(list_entries("cifar10"), tokens)
    if title is not None:
        entries = (replace(entries[0], title=title), *entries[1:])
    return make_report(Comparison(key, entries), make_rows(entries, key))


@pytest.fixture(scope="module")
def report():
    return report_of("vgg", "resnet", "speedrun")


def test_the_csv_holds_every_number_as_it_was_measured(report):
    lines = list(csv.DictReader(io.StringIO(make_csv(report))))
    found = {(line["table"], line["row"], line["column"]): line["value"] for line in lines}
    key = load_answer_key("cifar10")
    entries, _ = find_entries(list_entries("cifar10"), ("vgg", "resnet", "speedrun"))
    for row in make_rows(entries, key):
        name = row.entry.title
        assert float(found["Leaderboard", name, "Accuracy"]) == pytest.approx(100 * row.values["accuracy"])
        assert float(found["Leaderboard", name, "Loss"]) == row.values["loss"]
        card = row.entry.first.card
        assert found["Provenance", name, "Data hash"] == card.data_hash
        assert float(found["Accuracy by class, in percent", name, "cat"]) == pytest.approx(
            100 * card.per_class_accuracy["cat"], abs=1e-5
        )
    for pair in contrast_all(Comparison(key, entries)):
        assert float(found["All pairs", f"{pair.a.title} - {pair.b.title}", "p"]) == pair.p_value


def test_all_forms_say_the_same(report):
    html, markdown = make_html(report), make_markdown(report)
    for part in report.parts:
        assert f"<h2>{part.title}</h2>" in html
        for sentence in part.sentences:
            assert sentence in unescape(html)
            assert sentence.replace("<", "\\<").replace("_", "\\_") in markdown
    assert "93.15 %" in html
    assert "93.15 %" in markdown


def test_the_html_asks_nobody_for_anything(report):
    html = make_html(report)
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"'](?!data:)", html)
    assert html.count("Plotly.newPlot(") == sum(len(part.charts) for part in report.parts)


def test_settings_are_told_in_full_where_they_differ_and_once_where_they_do_not(report):
    part = report.parts[-1]
    differing = part.tables[-1].values.set_index("Network")
    assert differing.loc["resnet", "epochs"] == "36"
    assert differing.loc["speedrun", "epochs"] == "9.9"
    assert "optimizer nesterov" in part.sentences[0]
    assert "optimizer" not in differing.columns


def test_a_run_may_be_called_anything():
    report = report_of("vgg", "resnet", title=NASTY)
    html, markdown = make_html(report), make_markdown(report)
    assert "<script>alert" not in html
    assert "<script>alert" not in markdown
    assert "](http://a)" not in re.sub(r"\\.", "", markdown)
    rows = [line for line in markdown.splitlines() if line.startswith("| \\<script")]
    assert rows
    header = next(line for line in markdown.splitlines() if line.startswith("| Network | Accuracy"))
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == len(re.findall(r"(?<!\\)\|", header))
    found = list(csv.DictReader(io.StringIO(make_csv(report))))
    assert NASTY in {line["row"] for line in found}


def test_one_network_alone_is_a_report_as_well():
    titles = [part.title for part in report_of("vgg").parts]
    assert "Is it real?" not in titles
    assert {"Leaderboard", "Class by class", "Where it comes from"} <= set(titles)


def test_it_is_written_whole_or_not_at_all(report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "r.md"
    write_report(report, path)
    assert path.read_text(encoding="utf-8") == make_markdown(report)
    with pytest.raises(ExportError, match=r"\.html, \.md, \.csv"):
        check_path(tmp_path / "r.pdf")
    with pytest.raises(ExportError, match="There is no folder"):
        check_path(tmp_path / "none" / "r.md")
    (tmp_path / "taken.csv").mkdir()
    with pytest.raises(ExportError, match="cannot be written"):
        write_report(report, tmp_path / "taken.csv")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["r.md", "taken.csv"]

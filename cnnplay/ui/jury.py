"""The jury: every network's vote on the same image, with one sentence on who agrees."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import streamlit as st

from cnnplay.words import listing, milliseconds, percent

if TYPE_CHECKING:
    from cnnplay.inference.jury import Verdict, Vote

_HEAD = "<tr><th>Network</th><th>{}</th><th>How sure</th><th>Time</th></tr>"


def show_verdict(verdict: "Verdict", *, verb: str = "read") -> None:
    """The sentence and the table of votes; dissent stands out. `verb` is what these networks do: read or say."""
    rows = "".join(_row(vote, agrees=vote.label == verdict.label) for vote in verdict.votes)
    _show(summarise(verdict, verb=verb), rows, verb)


def show_empty_jury(titles: Sequence[str]) -> None:
    """The same table before there is anything to vote on."""
    row = '<tr><td>{}</td><td></td><td><span class="cp-track"></span></td><td></td></tr>'
    _show(
        "The networks vote as soon as there is something to read.",
        "".join(row.format(escape(t)) for t in titles),
        "read",
    )


def summarise(verdict: "Verdict", *, verb: str = "read") -> str:
    """Majority and dissent in one plain sentence."""
    if verdict.n_votes == 1:
        return f"The only network here {verb}s {verdict.label}."
    if verdict.n_agree == verdict.n_votes:
        return f"All {verdict.n_votes} networks {verb} {verdict.label}."
    dissent: dict[str, list[str]] = {}
    for vote in verdict.dissent:
        dissent.setdefault(vote.label, []).append(vote.title)
    others = "; ".join(
        f"{listing(names)} {verb if len(names) > 1 else verb + 's'} {label}" for label, names in dissent.items()
    )
    majority = f"networks {verb}" if verdict.n_agree > 1 else f"network {verb}s"
    return f"{verdict.n_agree} of {verdict.n_votes} {majority} {verdict.label}; {others}."


def _row(vote: "Vote", *, agrees: bool) -> str:
    return (
        f'<tr class="{"" if agrees else "cp-dissent"}"><td>{escape(vote.title)}</td><td>{escape(vote.label)}</td>'
        f'<td><span class="cp-track"><span style="width:{100 * vote.prob:.1f}%"></span></span>'
        f"<span>{percent(vote.prob)}</span></td><td>{milliseconds(vote.elapsed_ms)}</td></tr>"
    )


def _show(sentence: str, rows: str, verb: str) -> None:
    st.html(
        f'<div class="cp-jury"><p>{escape(sentence)}</p>'
        f"<table><thead>{_HEAD.format(verb.capitalize() + 's')}</thead><tbody>{rows}</tbody></table></div>"
    )

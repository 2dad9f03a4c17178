"""Is it real: whether the difference of two networks is more than chance, and what would settle it."""

from collections.abc import Sequence
from html import escape
from statistics import fmean

import streamlit as st

from cnnplay.comparison.selection import Comparison
from cnnplay.comparison.tests import Contrast, best_first, contrast, contrast_all, pair_table
from cnnplay.comparison.verdict import p_in_words, points, tell
from cnnplay.evaluation.paired import PairTable
from cnnplay.figures.differences import difference_interval
from cnnplay.figures.template import CONFIG
from cnnplay.ui.compare_pair import choose_pair, say_who_is_left_out, say_who_stands_for_seeds
from cnnplay.words import accuracy, percent


def show_real(comparison: Comparison) -> None:
    """Two of the chosen networks, then all pairs of them."""
    best = best_first(comparison)
    say_who_is_left_out(comparison.entries, best)
    if len(best) < 2:
        st.info("Choose two networks or more that have read the test pictures.")
        return
    pair = contrast(comparison, *choose_pair(best))
    _show_verdict(pair)
    _show_pair(pair)
    if len(best) > 2:
        _show_all(comparison)


def _show_verdict(pair: Contrast) -> None:
    verdict = tell(pair)
    kind = "cp-verdict" if pair.stands else "cp-verdict cp-chance"
    st.html(
        f'<div class="{kind}"><p><b>{escape(verdict.finding)}</b> {escape(verdict.chance)}</p>'
        f"<p>{escape(verdict.next_step)}</p></div>"
    )


def _show_pair(pair: Contrast) -> None:
    chart, counts = st.columns([3, 2], gap="large")
    figure = difference_interval(
        pair.value, pair.low, pair.high, names=(pair.a.title, pair.b.title), stands=pair.stands
    )
    alt = f"{pair.a.title} minus {pair.b.title}: {points(pair.value)} points"
    with chart, st.container(key="real_interval"):
        st.plotly_chart(figure, key="real_interval_chart", theme=None, config=CONFIG, alt=alt)
        st.caption(tell(pair).knows)
    with counts:
        st.html(_counts(pair.table, names=(pair.a.title, pair.b.title)))
        say_who_stands_for_seeds((pair.a, pair.b))


def _counts(table: PairTable, *, names: tuple[str, str]) -> str:
    """The same pictures, by who reads them correctly."""
    a, b = map(escape, names)

    def cell(n: int, words: str, kind: str = "") -> str:
        return f'<div class="{kind}"><b>{n:,}</b><span>{words}</span><span>{percent(n / table.n)}</span></div>'

    return (
        f'<h3 class="cp-h3">The same {table.n:,} pictures</h3><div class="cp-four">'
        f"{cell(table.n_both, 'both right')}{cell(table.n_only_a, f'only {a} right', 'cp-of')}"
        f"{cell(table.n_only_b, f'only {b} right', 'cp-of')}{cell(table.n_neither, 'both wrong')}</div>"
    )


def _show_all(comparison: Comparison) -> None:
    pairs = contrast_all(comparison)
    n_stand = sum(pair.stands for pair in pairs)
    words = "stands: it is" if n_stand == 1 else "stand: they are"
    st.subheader("All pairs", anchor=False)
    st.write(
        f"{n_stand or 'None'} of {len(pairs)} differences {words} more than chance, after Holm's correction for "
        f"testing {len(pairs)} pairs at once."
    )
    with st.container(key="real_matrix"):
        st.html(_matrix(comparison, pairs))
    with st.expander("Every pair in figures"):
        st.dataframe(pair_table(pairs), hide_index=True, width="stretch", column_config=_COLUMNS)


def _matrix(comparison: Comparison, pairs: Sequence[Contrast]) -> str:
    """A row for each network: how far it is ahead of those that come after it."""
    best = best_first(comparison)
    scores = {pair.a.token: pair.accuracies[0] for pair in pairs} | {pair.b.token: pair.accuracies[1] for pair in pairs}
    found = {(pair.a.token, pair.b.token): pair for pair in pairs}
    numbers = "".join(f"<th scope=col>{at}</th>" for at in range(2, len(best) + 1))
    rows = []
    for at, entry in enumerate(best):
        cells = [_cell(found.get((entry.token, other.token))) for other in best[1:]]
        name = f"<th scope=row><span>{at + 1}</span> {escape(entry.title)}</th>"
        rows.append(f"<tr>{name}<td>{accuracy(fmean(scores[entry.token]))}</td>{''.join(cells)}</tr>")
    return (
        f'<div class="cp-pairs"><table><thead><tr><th></th><th></th>{numbers}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div><p class="cp-small">Points by which the network of the row is '
        "ahead of the numbered one. <b>Blue</b>: more than chance. Grey: could be chance.</p>"
    )


def _cell(pair: Contrast | None) -> str:
    if pair is None:  # said the other way round
        return "<td></td>"
    words = f"{pair.a.title} and {pair.b.title}: {points(pair.value)} points, corrected {p_in_words(pair.p_corrected)}"
    kind = "cp-stands" if pair.stands else ""
    return f'<td class="{kind}" title="{escape(words)}">{100 * abs(pair.value):.2f}</td>'


_COLUMNS = {
    "Points": st.column_config.NumberColumn(format="%+.2f"),
    "From": st.column_config.NumberColumn(format="%+.2f"),
    "To": st.column_config.NumberColumn(format="%+.2f"),
    "p": st.column_config.NumberColumn(format="%.3g"),
    "Corrected p": st.column_config.NumberColumn(format="%.3g"),
}

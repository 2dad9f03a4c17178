"""The receipt of a lesson: what was learned, and what was forgotten for it."""

from html import escape

import streamlit as st

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.data.corrections import load_frozen
from cnnplay.errors import CnnplayError
from cnnplay.runs.records import Run
from cnnplay.runs.teaching import ClassChange, Receipt, read_receipt
from cnnplay.ui.hand import words
from cnnplay.ui.teach_collection import caption, thumbnail
from cnnplay.words import accuracy, percent

MOST_CLASSES = 20
"""Of more, those that lost most are shown."""


def show_receipt(run: Run) -> None:
    """Before and after, on the corrections and on the test pictures; or why that is not known."""
    try:
        receipt = read_receipt(run)
    except CnnplayError as error:
        st.error(str(error))
        return
    if receipt is None:
        st.info("The network that it was is gone, so there is nothing to compare with.")
        return
    with st.container(key="receipt"):
        learned, forgotten = st.columns(2, gap="large")
        learned.html(f'<div class="cp-receipt">{_learned(receipt)}{_pictures(run, receipt)}</div>')
        forgotten.html(f'<div class="cp-receipt">{_tested(receipt)}{_classes(receipt)}</div>')


def chance_in_words(receipt: Receipt) -> str:
    """Whether the change on the test pictures could be chance, in plain sentences."""
    n = receipt.n_newly_wrong + receipt.n_newly_right
    if n == 0:
        return "Not one test picture is read otherwise than before."
    counts = f"{receipt.n_newly_wrong:,} are newly wrong, {receipt.n_newly_right:,} newly right."
    if receipt.is_chance:
        return f"{counts} A split as uneven comes by chance in {percent(receipt.p_value)} of cases: it may be chance."
    often = "less than 0.1 %" if receipt.p_value < 0.001 else percent(receipt.p_value)
    return f"{counts} A split as uneven comes by chance in {often} of cases: this is a real change."


def _learned(receipt: Receipt) -> str:
    n = len(receipt.corrections)
    return (
        f'<h3>Your {words(n)}</h3><p class="cp-lead"><b>{receipt.n_learned} of {n}</b><span>read correctly, '
        f"{receipt.n_known} before</span></p>"
    )


def _pictures(run: Run, receipt: Receipt) -> str:
    try:
        images = load_frozen(str(run.config.get("corrections"))).images
    except CnnplayError:
        return ""
    figures = []
    for image, each in zip(images, receipt.corrections, strict=False):
        kind = "cp-good" if each.after == each.label else "cp-bad"
        told = f"was {escape(each.before)}, {percent(each.before_prob)}<br>now <em>{escape(each.after)}</em>, "
        told += percent(each.after_prob)
        figures.append(f'<figure class="cp-mine {kind}">{thumbnail(image)}{caption(each.label, told)}</figure>')
    return f'<div class="cp-hand">{"".join(figures)}</div>'


def _tested(receipt: Receipt) -> str:
    spec = get_dataset_spec(receipt.dataset)
    points = 100 * (receipt.accuracy_after - receipt.accuracy_before)
    note = f'<p class="cp-small">{escape(spec.note)}</p>' if spec.note else ""
    return (
        f'<h3>The {receipt.n_test:,} test pictures of {escape(spec.title)}</h3><p class="cp-lead">'
        f"<b>{accuracy(receipt.accuracy_after)}</b><span>now, {accuracy(receipt.accuracy_before)} before: "
        f"{_signed(points, '.2f')} points</span></p><p>{chance_in_words(receipt)}</p>{note}"
    )


def _classes(receipt: Receipt) -> str:
    most = max((abs(each.n_after - each.n_before) for each in receipt.classes), default=0)
    if not most:
        return ""
    shown = receipt.classes
    if len(shown) > MOST_CLASSES:
        shown = tuple(sorted(shown, key=lambda each: each.n_after - each.n_before)[:MOST_CLASSES])
    rows = "".join(_class_row(each, most) for each in shown)
    return (
        '<table class="cp-change"><thead><tr><th>Class</th><th>Right before</th><th>Now</th><th>Change</th><th></th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def _class_row(each: ClassChange, most: int) -> str:
    change = each.n_after - each.n_before
    side = "cp-less" if change < 0 else "cp-more"
    return (
        f"<tr><th>{escape(each.name)}</th><td>{each.n_before:,} of {each.n:,}</td><td>{each.n_after:,}</td>"
        f"<td>{_signed(change, 'd') if change else '0'}</td>"
        f'<td><span class="cp-swing {side}"><span style="width:{50 * abs(change) / most:.1f}%"></span></span></td></tr>'
    )


def _signed(value: float, shape: str) -> str:
    """With a real minus sign; what rounds to nothing has none."""
    text = format(abs(value), shape)
    if not float(text):
        return text
    return f"{'−' if value < 0 else '+'}{text}"  # noqa: RUF001 - the sign that figures are set with

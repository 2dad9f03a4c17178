"""The form of the Retrain page: the few settings that matter, and three folds with all the others."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnnplay.data.catalog import DATASETS, get_dataset_spec
from cnnplay.errors import CnnplayError
from cnnplay.models.card import is_shipped
from cnnplay.models.registry import get_spec, list_specs
from cnnplay.runs.weights import find_weights
from cnnplay.training.recipes import recipes_for
from cnnplay.ui import train_fields as fields
from cnnplay.ui import train_form
from cnnplay.ui.augmentation_preview import N_PICTURES, show_preview
from cnnplay.ui.run_queue import get_store, has_gpu
from cnnplay.ui.series_fold import show_several
from cnnplay.ui.train_fields import Field, form, set_form, show, take, widget_key
from cnnplay.words import accuracy, plain

RECIPES = {"modern": "one good default", "speedrun": "at the record pace", "published": "as published"}
DEVICES = {"auto": "the fastest", "cpu": "processor"}
N_STARTS = 50
"""The newest finished runs that a training can start from."""


def show_essentials() -> None:
    """What everybody sets, and before it what nobody has heard of any setting."""
    fields.hear()
    with st.container(key="train_form"):
        _two(_show_model, _show_dataset)
        _two(lambda: show(fields.EPOCHS), lambda: show(fields.LR))
        _show_resets()


def show_folds() -> None:
    """All the rest; whatever differs from the recipe is marked, above as well."""
    with st.container(key="train_folds", gap="small"):
        _fold("What", "start, layers, augmentation", "train_what", _show_what)
        _fold("How", "recipe, optimiser, batches, device", "train_how", _show_how)
        _fold("When to stop", "pictures kept out, patience", "train_when", _show_when)
        _fold("Several at once", "other seeds, a sweep", "train_several", show_several)
    fields.mark_changes(train_form.marks(form()))


def _two(*parts: Callable[[], None]) -> None:
    for column, part in zip(st.columns(2), parts, strict=True):
        with column:
            part()


def _fold(title: str, contents: str, key: str, show_contents: Callable[[], None]) -> None:
    fold = st.expander(f"**{title}** :gray[{contents}]", key=key, on_change="rerun")
    if fold.open:
        with fold:
            show_contents()


def _pick(
    label: str,
    name: str,
    options: Sequence[str],
    *,
    words: Callable[[str], str],
    chosen: Callable[[str], None] | None = None,
    hint: str | None = None,
) -> None:
    """A selectbox over an entry of the form that is not a plain field; `chosen` where more changes than the entry."""
    key = widget_key(name)
    begun = train_form.get(form(), name) or ""

    def changed() -> None:
        if st.session_state[key] not in options:  # the words of one that was renamed or is gone since it was drawn
            fields.redraw(name)
        elif chosen is None:
            take(name, key)
        else:
            chosen(st.session_state[key])

    st.selectbox(
        label, options, options.index(begun), format_func=words, key=key, on_change=fields.on_change,
        args=(name, key, changed), help=hint,
    )  # fmt: skip
    fields.listen(name, begun, changed)


def _show_model() -> None:
    keys = [spec.key for spec in list_specs()]

    def chosen(model: str) -> None:
        old = form()
        new = train_form.begin(model, dataset=old["dataset"])
        set_form(new | {"seed": old["seed"], "device": old["device"]}, by="model")

    _pick("Network", "model", keys, words=str, chosen=chosen, hint=get_spec(form()["model"]).summary)


def _show_dataset() -> None:
    values = form()
    here, missing = train_form.datasets_for(values["model"]), train_form.missing_datasets(values["model"])

    def chosen(dataset: str) -> None:
        set_form(_switched(recipe=form()["recipe"], dataset=dataset), by="dataset")

    lines = [f"{DATASETS[key].title}: `python -m cnnplay data {key} --download`" for key in missing]
    told = "Not on this machine yet, and the command that gets it:\n\n" + "\n\n".join(lines) if lines else None
    options = [*here, *([] if values["dataset"] in here else [values["dataset"]])]
    _pick("Data set", "dataset", options, words=train_form.dataset_title, chosen=chosen, hint=told)


def _switched(*, recipe: str, dataset: str) -> train_form.Values:
    """Another recipe or data set; what was changed by hand stays where it can."""
    old = form()
    new = train_form.begin(old["model"], recipe=recipe, dataset=dataset)
    for name, (value, _) in train_form.changes(old).items():
        new = train_form.put(new, name, value)
    kept = ["seed", "device"]
    if old["start_from"] != train_form.recipe_values(old)["start_from"]:
        kept.append("start_from")
    return new | {name: old[name] for name in kept}


def _show_resets() -> None:
    values = form()
    n_changed = len(train_form.changes(values))
    with st.container(horizontal=True, gap="small", key="train_resets", vertical_alignment="center"):
        fitted = train_form.fitting_words(values)
        told = (f", {fitted}" if fitted else "") + (f", {n_changed} changed" if n_changed else "")
        st.html(f'<span class="cp-small">Recipe {values["recipe"]}{told}</span>')
        if "published" in recipes_for(values["model"]):
            st.button("As published", key="train_published", type="tertiary", on_click=_reset, args=("published",))
        st.button("Reset", key="train_reset", type="tertiary", on_click=_reset, args=(None,),
                  help="Back to this network's first recipe.")  # fmt: skip


def _reset(recipe: str | None) -> None:
    values = form()
    set_form(train_form.begin(values["model"], recipe=recipe, dataset=values["dataset"]))


def _show_what() -> None:
    _show_start_from()
    _two(lambda: show(fields.LAYERS[0]), lambda: show(fields.LAYERS[1]))
    show(fields.LAYERS[2])
    st.markdown("**Augmentation** :gray[random changes, drawn anew at every use]")
    _in_pairs(fields.AUGMENTATION)
    with st.container(key="train_preview"):
        show_first_pictures()


def show_first_pictures() -> None:
    """A dozen pictures as the network will get them; nothing where the form is at fault, which is said elsewhere."""
    try:
        config = train_form.check(form(), has_gpu=has_gpu())
        show_preview(config)
    except CnnplayError:
        return
    dataset = get_dataset_spec(config.dataset)
    some = "Twelve" if dataset.n_train >= N_PICTURES else "All"
    st.caption(f"{some} of {plain(dataset.title)}'s {dataset.n_train:,} training pictures, as the network gets them.")


def _show_start_from() -> None:
    values = form()
    finished = [run for run in get_store().list_runs() if run.model == values["model"] and run.state == "finished"]
    runs = {run.id: run for run in finished if not run.is_imported or find_weights(run)}
    options = ["", *([values["model"]] if is_shipped(values["model"]) else []), *[*runs][:N_STARTS]]
    if (chosen := values["start_from"] or "") not in options:
        options.append(chosen)

    def words(start: str) -> str:
        if not start:
            return "scratch"
        if start in runs:
            return f"{runs[start].name}, {accuracy(runs[start].accuracy or 0)}, {runs[start].short_id}"
        return f"the shipped {start}" if start == values["model"] else f"run {start[:8]}"

    _pick("Start from", "start_from", options, words=words)


def _in_pairs(chosen: Sequence[Field]) -> None:
    for first in range(0, len(chosen), 2):
        pair = chosen[first : first + 2]
        for column, each in zip(st.columns(2), pair, strict=False):
            with column:
                show(each)


def _show_how() -> None:
    names = recipes_for(form()["model"])

    def chosen(recipe: str) -> None:
        set_form(_switched(recipe=recipe, dataset=form()["dataset"]), by="recipe")

    _pick("Recipe", "recipe", names, words=lambda name: f"{name}: {RECIPES[name]}", chosen=chosen)
    _in_pairs(fields.STEPS)
    _two(_show_device, lambda: show(fields.MACHINE[0]))
    show(fields.MACHINE[1])


def _show_device() -> None:
    options = [*DEVICES, *(["cuda"] if has_gpu() else [])]
    if (device := form()["device"]) not in options:
        options.append(device)
    _pick("Device", "device", options, words=lambda name: DEVICES.get(name, name))


def _show_when() -> None:
    _in_pairs(fields.STOPPING)
    if form()["test_every_epoch"]:
        st.caption("This recipe reads the test set after every epoch, as its authors did.")

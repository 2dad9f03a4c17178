"""The fields of the Retrain form: one line each, so that a new setting of the training is one more line."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import streamlit as st

from cnnplay.models.registry import ACTIVATIONS, DROPOUT_BOUNDS
from cnnplay.training.config import BOUNDS, WHOLE, Flip, Init, Optimizer, Precision, Schedule
from cnnplay.ui import state, train_form
from cnnplay.ui.train_form import Values

AS_BUILT = "its own"
"""Words for what the network decides itself, which the form keeps as None and widgets as ""."""


@dataclass(frozen=True)
class Field:
    """One setting.

    Attributes:
        name: of the entry, see `train_form.get`.
        label, help: what people read.
        step: of the + and - buttons of a number.
        choices: value to words; empty for a number.
        slides: whether the number is a slider, up to `most`.
        most: upper end of the slider, where the bound itself is of no use to anybody.
    """

    name: str
    label: str
    help: str = ""
    step: float = 1
    choices: Mapping[Any, str] = field(default_factory=dict)
    slides: bool = False
    most: float = math.inf


def _words(kind: Any, **words: str) -> dict[Any, str]:
    return {value: words.get(value, value) for value in get_args(kind)}


_OPTIMISERS = _words(Optimizer, sgd="SGD", nesterov="Nesterov SGD", adam="Adam", adamw="AdamW")
_SCHEDULES = _words(Schedule, constant="constant", triangle="up, then down", cosine="up, then cosine")
_INITS = _words(
    Init,
    default=AS_BUILT,
    normal="normal, 0.01",
    uniform="uniform, 0.05",
    xavier="Xavier",
    kaiming="Kaiming",
    orthogonal="orthogonal",
    zero="all zero",
)
_ACTIVATIONS = {"": AS_BUILT} | dict(
    zip(ACTIVATIONS, ("ReLU", "leaky ReLU", "ELU", "GELU", "SiLU", "tanh", "sigmoid"), strict=True)
)
_FLIPS = _words(Flip, none="never", random="at random", alternating="every other epoch")
_PRECISIONS = _words(Precision, auto="the fastest")

EPOCHS = Field("epochs", "Epochs", "How often it sees every training picture.")
LR = Field(
    "lr", "Learning rate", "The length of a step at its highest. Too high: the loss explodes. Too low: it crawls."
)
LAYERS = (
    Field("activation", "Activation", "The bend between layers. With sigmoid or tanh, watch the gradients fade.",
          choices=_ACTIVATIONS),
    Field("init", "First weights", "How the weights are drawn before the first step.", choices=_INITS),
    Field("dropout", "Dropout", "Share of values set to zero in training. Reset brings back the network's own.",
          step=0.1),
)  # fmt: skip
AUGMENTATION = (
    Field("shift_px", "Shift (px)", slides=True, most=8),
    Field("rotate_deg", "Rotation (°)", slides=True, most=45),
    Field("scale", "Stretch", "0.1 is 90 to 110 %.", step=0.05, slides=True, most=0.5),
    Field("shear", "Slant", step=0.05, slides=True, most=0.5),
    Field("elastic_px", "Bend (px)", step=0.25, slides=True, most=4),
    Field("cutout_px", "Blank square (px)", slides=True, most=16),
    Field("flip", "Mirror", "A mirrored 2 is no 2: never for digits.", choices=_FLIPS),
)
STEPS = (
    Field("batch_size", "Batch size", "Pictures in one step.", step=16),
    Field("optimizer", "Optimiser", choices=_OPTIMISERS),
    Field("momentum", "Momentum", "How much of the last step goes into the next.", step=0.05),
    Field("weight_decay", "Weight decay", "Pulls weights towards zero.", step=0.001),
    Field("schedule", "Schedule", "How the learning rate goes over the training.", choices=_SCHEDULES),
    Field("warmup", "Warm-up", "Share of the steps on which the rate rises.", step=0.05),
    Field("label_smoothing", "Label smoothing", "How far from certain the right answer is taught.", step=0.05),
    Field("clip_grad", "Longest gradient", "A longer one is shortened to it. 0: never.", step=0.5),
)
MACHINE = (
    Field("precision", "Precision", choices=_PRECISIONS),
    Field("seed", "Seed", "The same seed and settings give the same network."),
)
STOPPING = (
    Field("val_size", "Pictures kept out", "It does not learn from these; they show how well it reads what is new.",
          step=500),
    Field("patience", "Patience, epochs", "It stops when it read those pictures no better for so many epochs, and "
          "keeps the best epoch. 0: it never stops early."),
)  # fmt: skip
FIELDS = {each.name: each for each in (EPOCHS, LR, *LAYERS, *AUGMENTATION, *STEPS, *MACHINE, *STOPPING)}
IDLE = {"momentum": ("optimizer", ("adam", "adamw")), "warmup": ("schedule", ("constant",))}
"""Fields that do nothing while another has one of these values."""


def widget_key(name: str) -> str:
    """Key, and CSS class, of the widget of an entry; a new one whenever something else than the widget changed it.

    A widget of a new key begins with the form's value. Values that are written into a widget's state can be lost, when
    the run that writes them is cut short by the next.
    """
    return f"train_{name}__{_rounds().get(name, 0)}"


def redraw(name: str) -> None:
    """Lets the widget of an entry begin again with what the form holds."""
    _rounds()[name] = _rounds().get(name, 0) + 1


def _rounds() -> dict[str, int]:
    rounds: dict[str, int] = st.session_state.setdefault(state.TRAIN_ROUNDS, {})
    return rounds


def form() -> Values:
    """The form of this visit."""
    values: Values | None = st.session_state.get(state.TRAIN_FORM)
    if values is None:
        values = st.session_state[state.TRAIN_FORM] = train_form.begin()
    return values


@dataclass(frozen=True)
class Listened:
    """A widget of the form as it was drawn last.

    Attributes:
        key: of the widget.
        begun: the value that the form gave it.
        take: puts what it holds into the form.
    """

    key: str
    begun: Any
    take: Callable[[], None]


def listen(name: str, begun: Any, take_it: Callable[[], None]) -> None:
    """Remembers how the widget of an entry was drawn, for `hear`."""
    _listened()[name] = Listened(widget_key(name), begun, take_it)


def _listened() -> dict[str, Listened]:
    listened: dict[str, Listened] = st.session_state.setdefault(state.TRAIN_LISTENED, {})
    return listened


def hear() -> None:
    """Takes what widgets hold and the form does not.

    Streamlit breaks a callback off where the next change arrives before it is through, and nobody calls it again.
    """
    unheard = [each for name, each in _listened().items() if _is_unheard(name, each)]
    for each in unheard:
        each.take()


def _is_unheard(name: str, drawn: Listened) -> bool:
    if drawn.key != widget_key(name) or drawn.key not in st.session_state:
        return False
    return st.session_state[drawn.key] != drawn.begun and _differs(name, drawn.key)


def _differs(name: str, key: str) -> bool:
    """Whether a widget holds something else than the form."""
    held = st.session_state[key]
    return bool((None if held == "" else held) != train_form.get(form(), name))


def on_change(name: str, key: str, take_it: Callable[[], None]) -> None:
    """What a widget's callback does: what came before it and was not heard is taken first."""
    hear()
    if _differs(name, key):
        take_it()


def set_form(values: Values, *, parent_id: str | None = None, by: str | None = None) -> None:
    """Puts another configuration into the form.

    Args:
        values: of the configuration.
        parent_id: the run that they come from.
        by: the entry whose own widget did it; None where the whole form is another, whatever its widgets hold.
    """
    old = form()
    for name in train_form.names(old):
        if by is None or (name != by and train_form.get(old, name) != train_form.get(values, name)):
            redraw(name)
    st.session_state[state.TRAIN_FORM] = values
    st.session_state[state.TRAIN_PARENT] = parent_id


def put(name: str, value: Any, *, by: str = "") -> None:
    """Sets one entry of the form; `by` as in `set_form`."""
    set_form(train_form.put(form(), name, value), parent_id=st.session_state.get(state.TRAIN_PARENT), by=by)


def show(each: Field) -> None:
    """The widget of a field, with the form's value in it."""
    value = train_form.get(form(), each.name)
    idle_name, idle_values = IDLE.get(each.name, ("", ()))
    key = widget_key(each.name)
    is_idle = bool(idle_name) and train_form.get(form(), idle_name) in idle_values

    def take_it() -> None:
        take(each.name, key)

    common: dict[str, Any] = {
        "key": key,
        "help": each.help or None,
        "on_change": on_change,
        "args": (each.name, key, take_it),
        "disabled": is_idle,
    }
    begun = _draw(each, value, common)
    if is_idle:  # Streamlit drops what a disabled widget held
        _listened().pop(each.name, None)
    else:
        listen(each.name, begun, take_it)


def _draw(each: Field, value: Any, common: dict[str, Any]) -> Any:
    """The widget; tells the value that it begins with."""
    if each.choices:
        choices, begun = list(each.choices), value or ""
        words = each.choices.__getitem__
        st.selectbox(each.label, choices, choices.index(begun), format_func=words, **common)
        return begun
    kind = int if each.name in WHOLE else float
    low, high = BOUNDS.get(each.name, DROPOUT_BOUNDS)
    ends = kind(low), kind(min(high, each.most))
    step = kind(_lr_step(value) if each.name == "lr" else each.step)
    if each.slides:
        start = kind(min(value, each.most))
        st.slider(each.label, *ends, start, step, **common)
        return start
    number = None if value is None else kind(value)
    shape = "%d" if kind is int else "%g"
    st.number_input(each.label, *ends, number, step, shape, placeholder=AS_BUILT, **common)
    return number


def take(name: str, key: str) -> None:
    """Puts what a widget holds into its entry; a number that was emptied comes back.

    Args:
        name: of the entry.
        key: of the widget; where the page is slow, it may be one that has been replaced since.
    """
    value = st.session_state[key]
    if value in (None, "") and name not in train_form.OPTIONAL:
        redraw(name)
    else:
        put(name, None if value == "" else value, by=name if key == widget_key(name) else "")


def _lr_step(lr: float) -> float:
    return float(10.0 ** math.floor(math.log10(lr)))


def mark_changes(changed: Mapping[str, tuple[Any, Any]]) -> None:
    """Marks the fields that differ from the recipe, and tells in each what the recipe has."""
    rules = []
    for name, (_, recipe) in changed.items():
        field_ = f".st-key-{widget_key(name)}"
        told = json.dumps(f"recipe: {_recipe_words(name, recipe)}")
        rules.append(f"{field_} {{ --cp-changed: var(--cp-accent); }}")
        rules.append(f"{field_}::after {{ content: {told}; }}")
    st.html(f"<style>{' '.join(rules)}</style>" if rules else "<style></style>")


def _recipe_words(name: str, value: Any) -> str:
    if name in FIELDS and FIELDS[name].choices:
        return FIELDS[name].choices[value or ""]
    if value is None:
        return AS_BUILT
    return f"{value:g}" if isinstance(value, int | float) else str(value)

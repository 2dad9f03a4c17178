"""A network's operations laid out as a picture: blocks as large as what they give, branches side by side, shortcuts.

Everything is measured in pixels, from the middle of the left edge of each group; y grows downwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from cnnplay.inference.inside.graph import SOFTMAX, Graph, Kind, Step

MINOR: tuple[Kind, ...] = ("norm", "activation", "dropout", "reshape")
"""Steps that change no meaning of the channels: thin slices of the block that they follow."""
SIGNS: tuple[Kind, ...] = ("add", "multiply")
"""Steps that are drawn as a sign in a circle."""
PX_PER_ROOT_PIXEL, LEAST_PX = 7.5, 10.0
"""Height is the root of the picture's side: 32 pixels are 42, 8 are 21, a single value is the least."""
PX_PER_ROOT_CHANNEL, THINNEST_PX = 1.6, 5.0
"""Width is the root of the number of channels, on top of the thinnest: 3 channels are 8 wide, 64 are 18, 512 are 41."""
SLICE_PX, SIGN_PX = 6.0, 15.0
LEAD_PX, TOUCH_PX, LANE_GAP_PX, ARC_PX = 11.0, 1.0, 7.0, 7.0
"""Before a block; between a block and its slices; between branches; between blocks and the shortcut over them."""


@dataclass(frozen=True)
class Cell:
    """One step as a block.

    Attributes:
        name: of the step, or `SOFTMAX`.
        kind: of the step.
        shape: of what it gives, (C, H, W) or (K,).
        x, y: left edge and middle.
        width, height: of the block.
        height_in: what goes in is that high; a pooling layer narrows from it.
        shares: where several inputs are put together, the share of each in the channels, adding up to 1; else empty.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    x: float
    y: float
    width: float
    height: float
    height_in: float
    shares: tuple[float, ...] = ()

    @property
    def end(self) -> float:
        """Its right edge."""
        return self.x + self.width


@dataclass(frozen=True)
class Line:
    """A way from one block to another: straight, or bent, or over the blocks between them at the height `over`."""

    x0: float
    y0: float
    x1: float
    y1: float
    over: float | None = None


@dataclass(frozen=True)
class Group:
    """What belongs together: a child of the network, and the slices that follow it.

    Attributes:
        name: of the child, as in `named_children`.
        cells: in order of computation.
        lines: within the group, from (0, 0) and to (width, 0).
        width: of all this.
        up, down: how far blocks and lines go from the middle.
    """

    name: str
    cells: tuple[Cell, ...]
    lines: tuple[Line, ...]
    width: float
    up: float
    down: float

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what the group gives."""
        return self.cells[-1].shape


def draw_architecture(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> tuple[Group, ...]:
    """Lays out a network, the softmax after it included.

    Args:
        graph: of the network.
        shapes: of what every step gives, without the batch, by its name, with those of the input and of `SOFTMAX`.
    """
    softmax = Step(SOFTMAX, "", "softmax", "softmax", (graph.output,))
    groups: list[tuple[str, list[Step]]] = []
    for step in (*graph.steps, softmax):
        head = SOFTMAX if step is softmax else step.path.partition(".")[0]
        is_part = groups and groups[-1][0] == head
        is_slice = groups and step.kind in MINOR and "." not in step.name and "." not in groups[-1][1][-1].name
        if is_part or is_slice:
            groups[-1][1].append(step)
        else:
            groups.append((head, [step]))
    return tuple(_lay_out(name, steps, shapes) for name, steps in groups)


def _lay_out(name: str, steps: Sequence[Step], shapes: Mapping[str, tuple[int, ...]]) -> Group:
    rows = _place_in_rows(steps, shapes)
    cells: dict[str, Cell] = {}
    lines: list[Line] = []
    for step in steps:
        cell = _make_cell(step, shapes, cells, y=rows[step.name])
        for source in dict.fromkeys(each if each in cells else "" for each in step.inputs):
            before = cells.get(source)
            x0, y0 = (before.end, before.y) if before else (0.0, 0.0)
            if cell.x - x0 > TOUCH_PX or cell.y != y0:
                lines.append(_draw_line(x0, y0, cell, cells.values()))
        cells[step.name] = cell
    last = cells[steps[-1].name]
    width = max(cell.end for cell in cells.values()) + TOUCH_PX
    lines.append(Line(last.end, last.y, width, 0.0))
    up = max(max(cell.height, cell.height_in) / 2 - cell.y for cell in cells.values())
    down = max(max(cell.height, cell.height_in) / 2 + cell.y for cell in cells.values())
    highest = max((-line.over for line in lines if line.over is not None), default=0.0)
    return Group(name, tuple(cells.values()), tuple(lines), width, max(up, highest), down)


def _make_cell(step: Step, shapes: Mapping[str, tuple[int, ...]], cells: Mapping[str, Cell], *, y: float) -> Cell:
    before = [cells[each] for each in step.inputs if each in cells]
    start = max((cell.end for cell in before), default=0.0)
    touches = step.kind in MINOR and len(before) == 1 and before[0].y == y
    shape = shapes[step.name]
    width = THINNEST_PX + PX_PER_ROOT_CHANNEL * sqrt(shape[0])
    if step.kind in MINOR or step.kind in SIGNS:
        width = SLICE_PX if step.kind in MINOR else SIGN_PX
    shares: tuple[float, ...] = ()
    if step.kind == "concat":
        channels = [shapes[each][0] for each in step.inputs]
        shares = tuple(each / sum(channels) for each in channels)
    height = SIGN_PX if step.kind in SIGNS else _height(shape)
    height_in = _height(shapes[step.inputs[0]]) if step.kind == "pool" else height
    x = start + (TOUCH_PX if touches else LEAD_PX)
    return Cell(step.name, step.kind, shape, x, y, width, height, height_in, shares)


def _height(shape: tuple[int, ...]) -> float:
    side = max(shape[1:]) if len(shape) > 1 else 1
    return max(LEAST_PX, PX_PER_ROOT_PIXEL * sqrt(side))


def _draw_line(x0: float, y0: float, to: Cell, cells: Iterable[Cell]) -> Line:
    between = [cell for cell in cells if cell.x < to.x and cell.end > x0]
    blocked = any(abs(cell.y - y0) < cell.height / 2 for cell in between)
    over = min(cell.y - cell.height / 2 for cell in between) - ARC_PX if blocked else None
    return Line(x0, y0, to.x, to.y, over)


@dataclass
class _Stretch:
    """Branches that lie side by side until they are joined."""

    lanes: list[list[Step]] = field(default_factory=list)

    def place(self, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, float]:
        steps = [step for lane in self.lanes for step in lane]
        pitch = LANE_GAP_PX + max(_height(shapes[step.name]) for step in steps)
        places = [i - (len(self.lanes) - 1) / 2 for i in range(len(self.lanes))]
        if len(self.lanes) == 2:  # a main way, and a shorter one above it
            is_main = [sum(step.kind not in MINOR for step in lane) for lane in self.lanes]
            places = [0.0, -1.0] if is_main[0] > is_main[1] else [-1.0, 0.0]
        return {step.name: at * pitch for at, lane in zip(places, self.lanes, strict=True) for step in lane}


def _place_in_rows(steps: Sequence[Step], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, float]:
    """Height of the middle of each step: a branch keeps to its row, and what joins all branches is in the middle."""
    own = {step.name for step in steps}
    stretches = [_Stretch()]
    loose: set[str] = set()
    ends: dict[str, list[Step]] = {}  # the branch that ends with a step, by its name; "" is what comes in
    for step in steps:
        inputs = [each if each in own else "" for each in step.inputs]
        loose = (loose - set(inputs)) | {step.name}
        if len(inputs) > 1 and len(loose) == 1:
            stretches.append(_Stretch())
            lane: list[Step] | None = None
            ends = {}
        else:
            lane = next((ends.pop(each) for each in reversed(inputs) if each in ends), None)
        if lane is None:
            lane = []
            stretches[-1].lanes.append(lane)
        lane.append(step)
        ends[step.name] = lane
    return {name: y for stretch in stretches if stretch.lanes for name, y in stretch.place(shapes).items()}

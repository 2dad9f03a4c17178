"""Digits as pen strokes that tests can draw: one way of writing each, in a box of 100 x 100."""

import numpy as np

from cnnplay.data.strokes import FloatArray, Strokes


def arc(x: float, y: float, rx: float, ry: float, start: float, stop: float) -> FloatArray:
    """Part of an ellipse; angles in degrees, clockwise from the right because y points down."""
    angle = np.deg2rad(np.linspace(start, stop, 25))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], axis=1)


def line(*points: tuple[float, float]) -> FloatArray:
    return np.array(points, dtype=np.float64)


GLYPHS: dict[int, Strokes] = {
    0: (arc(50, 50, 30, 45, -90, 270),),
    1: (line((50, 5), (50, 95)),),
    2: (np.concatenate([arc(50, 30, 28, 25, -170, 30), line((20, 95), (82, 95))]),),
    3: (np.concatenate([arc(48, 28, 26, 23, -150, 90), arc(48, 73, 30, 22, -90, 150)]),),
    4: (line((60, 5), (20, 65), (85, 65)), line((65, 35), (65, 95))),
    5: (np.concatenate([line((30, 8), (27, 48)), arc(48, 66, 30, 27, -140, 130)]), line((30, 8), (78, 8))),
    6: (np.concatenate([line((65, 5), (35, 40)), arc(50, 68, 26, 26, 180, 540)]),),
    7: (line((20, 8), (80, 8), (40, 95)),),
    8: (np.concatenate([arc(50, 28, 22, 22, 90, 450), arc(50, 72, 27, 22, -90, 270)]),),
    9: (np.concatenate([arc(48, 32, 26, 26, 0, 360), line((74, 32), (60, 95))]),),
}


def place(strokes: Strokes, *, scale: float, x: float, y: float) -> Strokes:
    return tuple(stroke * scale + (x, y) for stroke in strokes)

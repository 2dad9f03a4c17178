"""Synthetic photos of digits: real strokes on made-up paper, under made-up light, through a made-up camera."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cnnplay.data.strokes import FloatArray, Strokes, draw_strokes

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Scene:
    paper: Colour = (0.93, 0.92, 0.90)
    ink: Colour = (0.15, 0.15, 0.17)
    width_px: int = 640
    height_px: int = 480
    digit_share: float = 0.5  # of the picture's height
    pen_share: float = 0.1  # of the digit's longer side
    place: tuple[float, float] = (0.5, 0.5)
    shadow: float = 0.0  # share of the light that is gone in the darkest corner
    shadow_edge: float = 0.0  # share of the light that is gone behind a soft edge across the picture
    grain: float = 0.0  # standard deviation of the camera's noise, of full light
    blur_px: float = 0.0
    jpeg_quality: int | None = None
    turn_deg: float = 0.0
    ruled: bool = False


def fit_strokes(strokes: Strokes, scene: Scene) -> tuple[Strokes, float]:
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    size = scene.digit_share * scene.height_px
    scale = size / max(float((high - low).max()), 1e-9)
    angle = np.deg2rad(scene.turn_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle: FloatArray = np.array(scene.place) * (scene.width_px, scene.height_px)
    return tuple(((s - (low + high) / 2) * scale) @ turn + middle for s in strokes), scene.pen_share * size


def take_photo(strokes: Strokes, scene: Scene, *, seed: int = 0) -> Image.Image:
    rng = np.random.default_rng(seed)
    side = max(scene.width_px, scene.height_px)
    placed, pen_px = fit_strokes(strokes, scene)
    ink = draw_strokes(placed, brush_px=pen_px, canvas_px=side)[: scene.height_px, : scene.width_px, None] / 255.0
    texture = 1 + 0.02 * _clouds(rng, scene)[..., None]
    paper = np.array(scene.paper) * texture
    if scene.ruled:
        paper = paper * (1 - _rules(scene)[..., None] * np.array([0.35, 0.2, 0.1]))
    light = _light(scene)[..., None]
    pixels = (paper * (1 - ink) + np.array(scene.ink) * ink) * light
    pixels = pixels + rng.normal(0, scene.grain, pixels.shape)
    image = Image.fromarray(np.round(np.clip(pixels, 0, 1) * 255).astype(np.uint8))
    if scene.blur_px:
        image = image.filter(ImageFilter.GaussianBlur(scene.blur_px))
    if scene.jpeg_quality is not None:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=scene.jpeg_quality)
        image = Image.open(buffer)
        image.load()
    return image


def _clouds(rng: np.random.Generator, scene: Scene) -> FloatArray:
    coarse = Image.fromarray(rng.normal(size=(12, 16)).astype(np.float32))
    return np.asarray(coarse.resize((scene.width_px, scene.height_px), Image.Resampling.BICUBIC), dtype=np.float64)


def _light(scene: Scene) -> FloatArray:
    x = np.linspace(0, 1, scene.width_px)[None, :]
    y = np.linspace(0, 1, scene.height_px)[:, None]
    gradient = 1 - scene.shadow * (0.6 * x + 0.4 * y)
    edge = 1 - scene.shadow_edge / (1 + np.exp(-(x + 0.5 * y - 0.8) / 0.03))
    return gradient * edge


def _rules(scene: Scene) -> FloatArray:
    page = Image.new("L", (scene.width_px, scene.height_px))
    pen = ImageDraw.Draw(page)
    for y in range(20, scene.height_px, 45):
        pen.line((0, y, scene.width_px, y), fill=255, width=2)
    return np.asarray(page) / 255.0


WHITE_PAPER = Scene(shadow=0.2, grain=0.01, blur_px=0.7, jpeg_quality=85)
SCENES = {
    "white paper": WHITE_PAPER,
    "grey paper": Scene(paper=(0.55, 0.55, 0.54), ink=(0.1, 0.1, 0.1), shadow=0.3, grain=0.02, jpeg_quality=70),
    "yellow paper, blue ink": Scene(paper=(0.95, 0.88, 0.6), ink=(0.15, 0.2, 0.6), shadow=0.3, grain=0.015),
    "deep shadow": Scene(shadow=0.75, grain=0.01, jpeg_quality=85),
    "edge of a shadow": Scene(shadow=0.2, shadow_edge=0.45, grain=0.01, jpeg_quality=85),
    "chalk on a board": Scene(paper=(0.13, 0.2, 0.17), ink=(0.85, 0.85, 0.82), shadow=0.3, grain=0.02),
    "small and off the middle": Scene(digit_share=0.1, pen_share=0.12, place=(0.3, 0.7), grain=0.01, jpeg_quality=85),
    "fills the picture": Scene(digit_share=0.9, pen_share=0.12, shadow=0.2, grain=0.01),
    "thin pencil": Scene(ink=(0.55, 0.55, 0.56), pen_share=0.03, shadow=0.3, grain=0.015, blur_px=0.7),
    "broad marker": Scene(ink=(0.7, 0.1, 0.1), pen_share=0.22, grain=0.01),
    "much noise": Scene(ink=(0.3, 0.3, 0.3), grain=0.1, jpeg_quality=30),
    "out of focus": Scene(digit_share=0.4, blur_px=5, grain=0.01),
    "ruled paper": Scene(ruled=True, shadow=0.2, grain=0.01, jpeg_quality=85),
    "tilted": Scene(turn_deg=9, shadow=0.2, grain=0.01, jpeg_quality=85),
}

"""Random changes of a batch of pictures, on whatever device the batch is on."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

ELASTIC_GRID = 5
"""Displacements are drawn on a grid of so many points a side and interpolated, which keeps them smooth."""


def shift(padded: Tensor, size_px: int, generator: torch.Generator) -> Tensor:
    """Cuts a random window out of each padded picture.

    Args:
        padded: (N, C, H + 2 s, W + 2 s), any dtype.
        size_px: side of the window, H = W.
        generator: on the CPU.

    Returns:
        (N, C, H, W) in channels-last memory.
    """
    n, room = len(padded), padded.shape[-1] - size_px + 1
    offsets = torch.randint(room, (2, n, 1), generator=generator).to(padded.device)
    rows, columns = offsets + torch.arange(size_px, device=padded.device)
    picture = torch.arange(n, device=padded.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[picture, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def mirror(images: Tensor, mask: Tensor) -> Tensor:
    """Flips left and right those pictures of (N, C, H, W) whose entry in `mask` (N,) is true."""
    return torch.where(mask[:, None, None, None], images.flip(-1), images)


def warp(
    images: Tensor,
    *,
    rotate_deg: float,
    scale: float,
    shear: float,
    elastic_px: float,
    generator: torch.Generator,
) -> Tensor:
    """Rotates, scales, slants and bends each picture by its own random amounts; zeros come in at the edge.

    Args:
        images: (N, C, H, W) floating point with background 0.
        rotate_deg: largest angle, uniform in both directions.
        scale: largest relative change per axis, uniform.
        shear: largest slant as tangent, uniform.
        elastic_px: standard deviation of the displacement at the grid points, pixels.
        generator: on the CPU.

    Returns:
        The same shape and dtype.
    """
    n, height = len(images), images.shape[-2]
    angle, slant, sx, sy = torch.rand(4, n, generator=generator) * 2 - 1
    angle, slant = angle * math.radians(rotate_deg), slant * shear
    sx, sy = 1 / (1 + sx * scale), 1 / (1 + sy * scale)
    cos, sin = angle.cos(), angle.sin()
    zero = torch.zeros(n)
    rows = [cos * sx, (slant * cos - sin) * sx, zero, sin * sy, (slant * sin + cos) * sy, zero]
    theta = torch.stack(rows, dim=1).reshape(n, 2, 3)
    grid = F.affine_grid(theta.to(images.device), list(images.shape), align_corners=False)
    if elastic_px:
        coarse = torch.randn(n, 2, ELASTIC_GRID, ELASTIC_GRID, generator=generator) * (2 * elastic_px / height)
        bend = F.interpolate(coarse.to(images.device), images.shape[-2:], mode="bicubic", align_corners=True)
        grid = grid + bend.permute(0, 2, 3, 1)
    return F.grid_sample(images, grid.to(images.dtype), align_corners=False)


def cut_out(images: Tensor, size_px: int, generator: torch.Generator) -> Tensor:
    """Blanks one square of `size_px` at a random place in each picture of (N, C, H, W)."""
    n, _, height, width = images.shape
    corner = torch.rand(2, n, 1, generator=generator) * torch.tensor([height, width]).reshape(2, 1, 1) - size_px / 2
    y, x = corner.round().to(images.device)
    rows = torch.arange(height, device=images.device) - y
    columns = torch.arange(width, device=images.device) - x
    inside_rows, inside_columns = (rows >= 0) & (rows < size_px), (columns >= 0) & (columns < size_px)
    return images.masked_fill((inside_rows[:, :, None] & inside_columns[:, None, :])[:, None], 0)

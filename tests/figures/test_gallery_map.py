import numpy as np

from cnnplay.figures.gallery_map import N_CELLS, REACH, Points, cell_middles, feature_map, into_cells

RNG = np.random.default_rng(0)


def points(n: int = 60, *, n_classes: int = 10, **changes: object) -> Points:
    labels = np.arange(n) % n_classes
    values = {
        "xy": RNG.uniform(-1, 1, (n, 2)).astype(np.float32),
        "labels": labels,
        "is_wrong": np.arange(n) % 7 == 0,
        "words": [f"picture {at}" for at in range(n)],
        "tokens": np.arange(n) + 1000,
        "is_shown": np.ones(n, bool),
        **changes,
    }
    return Points(**values)  # type: ignore[arg-type]


def test_every_picture_has_one_point_and_comes_back_by_its_token():
    figure = feature_map(points(), list("0123456789"), by_class=True)
    tokens = [row[0] for trace in figure.data if trace.customdata is not None for row in trace.customdata]
    assert sorted(tokens) == list(range(1000, 1060))
    assert all(type(token) is int for token in tokens)


def test_classes_that_share_a_colour_differ_in_shape():
    figure = feature_map(points(is_wrong=None), list("0123456789"), by_class=True)
    looks = [(trace.marker.color, trace.marker.symbol) for trace in figure.data]
    assert len(set(looks)) == 10


def test_wrong_ones_stand_out_and_the_rest_is_a_ground():
    shown = np.arange(60) < 20
    figure = feature_map(points(is_shown=shown), list("0123456789"), by_class=False, picked=1003)
    ground, right, wrong, ring = figure.data
    assert (len(ground.x), len(right.x), len(wrong.x), len(ring.x)) == (40, 17, 3, 1)
    assert wrong.marker.size > right.marker.size


def test_names_of_classes_are_no_tags():
    figure = feature_map(points(n_classes=2), ["<b>x", "y"], by_class=True)
    assert figure.layout.annotations[0].text == "<b>&lt;b&gt;x</b>"


def test_no_two_pictures_stand_in_one_cell_and_each_is_near_its_place():
    xy = RNG.uniform(-1, 1, (3000, 2)).astype(np.float32)
    chosen, cells = into_cells(xy)
    assert len({tuple(cell) for cell in cells.tolist()}) == len(chosen) <= N_CELLS**2
    assert np.abs(cell_middles(cells) - xy[chosen]).max() <= REACH / N_CELLS + 1e-6
    occupied = {tuple(cell) for cell in np.floor((xy * (1, -1) + REACH) / (2 * REACH / N_CELLS)).astype(int).tolist()}
    assert len(occupied) == len(chosen)

import numpy as np
import pytest
import torch

from cnnplay.errors import InputError
from cnnplay.evaluation.feature_map import N_LAYOUT_STEPS, choose_evenly, kept_neighbours, last_features, lay_out
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import build, get_spec
from cnnplay.models.surgery import last_linear


@pytest.mark.parametrize("key", ["fc2", "residual", "lenet5", "speedrun"])
def test_the_features_are_what_the_last_dense_layer_turns_into_the_logits(key):
    spec, model = get_spec(key), build(key).eval()
    images = np.random.default_rng(0).integers(256, size=(101, *spec.input_shape), dtype=np.uint8)
    features = np.concatenate(list(last_features(model, spec, images)))
    dense = last_linear(model)[1]
    assert features.shape == (101, dense.in_features)
    with torch.inference_mode():
        said = dense(torch.from_numpy(features)).numpy()
    logits = compute_logits(model, spec, images)
    factor = (logits / said).mean()  # the speedrun makes its logits smaller afterwards
    np.testing.assert_allclose(said * factor, logits, rtol=1e-3, atol=1e-4)


def test_as_many_pictures_of_each_class_are_chosen_as_there_are():
    labels = np.repeat([0, 1, 2], [500, 20, 300])
    chosen = choose_evenly(labels, 300)
    assert len(set(chosen.tolist())) == 300
    assert np.bincount(labels[chosen]).tolist() == [140, 20, 140]
    assert (chosen == choose_evenly(labels, 300)).all()
    assert (chosen != choose_evenly(labels, 300, seed=1)).any()
    assert choose_evenly(labels, 10_000).tolist() == list(range(820))


def test_groups_of_pictures_lie_apart_on_the_map_and_the_same_seed_gives_the_same_map():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(60, 5)).astype(np.float32) + 40 * np.repeat(np.eye(3, 5), 20, 0).astype(np.float32)
    steps = list(lay_out(features))
    xy = steps[-1].xy
    assert [each.step for each in steps][-1] == N_LAYOUT_STEPS
    assert np.abs(xy).max() == pytest.approx(1)
    assert steps[-1].perplexity < 20
    groups = xy.reshape(3, 20, 2)
    spread = groups.std(1).max()
    middles = groups.mean(1)
    assert min(np.linalg.norm(middles[a] - middles[b]) for a, b in ((0, 1), (0, 2), (1, 2))) > 3 * spread
    np.testing.assert_array_equal(xy, list(lay_out(features))[-1].xy)


def test_a_handful_of_pictures_makes_no_map():
    with pytest.raises(InputError, match="20 pictures or more, and there are 4"):
        next(lay_out(np.zeros((4, 3), np.float32)))


def test_neighbours_that_a_map_keeps_are_counted():
    xy = np.random.default_rng(0).normal(size=(400, 2)).astype(np.float32)
    lifted = np.concatenate([xy, 0 * xy], axis=1) * 7 + 3
    assert kept_neighbours(lifted, xy) == 1
    assert kept_neighbours(lifted, xy[::-1]) == pytest.approx(10 / 399, abs=0.02)

"""Weights on disk: round trip for every architecture, and files that do not fit."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from cnnplay.errors import CheckpointError
from cnnplay.models.checkpoint import load_model, save_weights
from cnnplay.models.forward import compute_logits
from cnnplay.models.registry import MODELS, build, get_spec


@pytest.mark.parametrize("key", MODELS)
def test_weights_survive_the_round_trip_to_half_precision(key, tmp_path):
    torch.manual_seed(3)
    model = build(key).eval()
    save_weights(model, tmp_path / "w.safetensors", key=key)
    found, loaded = load_model(tmp_path / "w.safetensors")
    assert found == key
    assert not loaded.training
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            rounded = value.half().float() if value.ndim > 1 else value
            assert torch.equal(loaded.state_dict()[name], rounded), name


def test_options_travel_with_the_weights(tmp_path):
    model = build("residual_conv", variant="full_preactivation")
    save_weights(model, tmp_path / "w.safetensors", key="residual_conv", options={"variant": "full_preactivation"})
    assert load_model(tmp_path / "w.safetensors")[1].block1.variant == "full_preactivation"


def test_no_part_file_remains(tmp_path):
    save_weights(build("fc2"), tmp_path / "w.safetensors", key="fc2")
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_bad_files_are_refused_in_words(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(CheckpointError, match="no weights at"):
        load_model(path)
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(CheckpointError, match="not a readable safetensors file"):
        load_model(path)
    save_file({"a": torch.zeros(2)}, path, metadata={"model": "lenet99"})
    with pytest.raises(CheckpointError, match="'lenet99', which is not known"):
        load_model(path)
    save_weights(build("cnn6"), path, key="cnn6")
    tensors = load_file(path)
    tensors["conv1.weight"] = torch.zeros(7, 1, 5, 5)
    save_file(tensors, path, metadata={"model": "cnn6", "options": json.dumps({})})
    with pytest.raises(CheckpointError, match=r"do not fit cnn6: conv1\.weight"):
        load_model(path)


def test_logits_leave_the_network_as_it_was_and_average_views():
    model, spec = build("speedrun").train(), get_spec("speedrun")
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 3, 32, 32), dtype=np.uint8)
    plain = compute_logits(model, spec, images)
    assert model.training
    mirrored = compute_logits(model, spec, images, views="mirror")
    flipped = compute_logits(model, spec, images[..., ::-1].copy())
    np.testing.assert_allclose(mirrored, (plain + flipped) / 2, atol=1e-5)
    shifted = compute_logits(model, spec, images, views="mirror_shift")
    assert shifted.shape == plain.shape
    assert np.abs(shifted - mirrored).max() > 0


def test_a_batch_and_single_pictures_give_the_same_logits():
    model, spec = build("cnn6"), get_spec("cnn6")
    images = np.random.default_rng(1).integers(0, 256, (503, 1, 28, 28), dtype=np.uint8)
    together = compute_logits(model, spec, images)
    alone = np.concatenate([compute_logits(model, spec, images[i : i + 1]) for i in (0, 250, 502)])
    np.testing.assert_allclose(together[[0, 250, 502]], alone, atol=1e-5)
    assert compute_logits(model, spec, images[:0]).shape == (0, 10)

"""The header of a file of weights: what is whole passes, and whatever else comes is refused in one sentence."""

import json
import pickle

import pytest
import torch
from safetensors.torch import load, load_file, save, save_file

from cnnplay.errors import CheckpointError
from cnnplay.models import weights_file
from cnnplay.models.checkpoint import save_weights
from cnnplay.models.registry import build
from cnnplay.models.weights_file import read_header, with_metadata


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "w.safetensors"
    save_weights(build("cnn6"), path, key="cnn6")
    return path


def raw(header, n_bytes=0, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + bytes(n_bytes)


def entry(dtype="F16", shape=(2,), offsets=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets)}


def test_a_whole_file_tells_shapes_and_metadata(weights):
    header = read_header(weights)
    assert header.shapes == {name: tuple(value.shape) for name, value in build("cnn6").state_dict().items()}
    assert header.metadata == {"model": "cnn6", "options": "{}"}


def test_other_metadata_leave_the_tensors_as_they_are(weights):
    changed = with_metadata(weights, {"model": "cnn6", "card": '{"a": 1, "b": "ü"}'})
    before, after = load_file(weights), load(changed)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    weights.write_bytes(changed)
    assert read_header(weights).metadata["card"] == '{"a": 1, "b": "ü"}'
    with pytest.raises(CheckpointError, match="too long for a header"):
        with_metadata(weights, {"card": "x" * weights_file.MAX_HEADER_BYTES})


BAD = {
    "nothing": (b"", "is empty"),
    "a few bytes": (b"\x01", "truncated, too long or none at all"),
    "text": (b"these are no weights at all", "truncated, too long or none at all"),
    "a pickle": (pickle.dumps({"w": [0.0] * 99}), "is a pickle"),
    "an endless header": (raw(b"{}", length=2**63), "truncated, too long or none at all"),
    "a long header": (raw(b" " * 1_000_001), "truncated, too long or none at all"),
    "no JSON": (raw(b"{'a': 1}"), "not JSON"),
    "deep JSON": (raw(b"[" * 100_000), "not JSON"),
    "a list": (raw([]), "not a table"),
    "numbers as metadata": (raw({"__metadata__": {"model": 3}}), "metadata is not text"),
    "many tensors": (raw({str(i): entry(shape=(0,), offsets=(0, 0)) for i in range(4_001)}), "4,001 tensors"),
    "words": (raw({"w": "F16"}), "not that of a safetensors file"),
    "integers": (raw({"w": entry("I64", (1,), (0, 8))}, 8), "stored as I64"),
    "a negative shape": (raw({"w": entry(shape=(-2, -1))}, 4), "is not possible"),
    "a huge shape": (raw({"w": entry(shape=(10**12,), offsets=(0, 2 * 10**12))}), "is not possible"),
    "many dimensions": (raw({"w": entry(shape=(1,) * 9, offsets=(0, 2))}, 2), "is not possible"),
    "true as a size": (raw({"w": entry(shape=(True,), offsets=(0, 2))}, 2), "is not possible"),
    "fewer bytes": (raw({"w": entry(shape=(3,))}, 4), "does not fit its bytes"),
    "overlap": (raw({"a": entry(), "b": entry(offsets=(2, 6))}, 6), "overlap, or leave gaps"),
    "a gap": (raw({"a": entry(offsets=(4, 8))}, 8), "overlap, or leave gaps"),
    "more at the end": (raw({"a": entry()}, 5), "and has"),
}


@pytest.mark.parametrize("kind", BAD)
def test_whatever_else_comes_is_refused_in_one_sentence(tmp_path, kind):
    content, words = BAD[kind]
    path = tmp_path / "w.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=words) as caught:
        read_header(path)
    assert len(str(caught.value)) < 300


def test_a_truncated_file_is_refused_wherever_it_ends(weights):
    whole = weights.read_bytes()
    for n_bytes in range(0, len(whole), 997):
        weights.write_bytes(whole[:n_bytes])
        with pytest.raises(CheckpointError):
            read_header(weights)


def test_a_torch_file_with_another_ending_is_a_pickle(tmp_path):
    torch.save({"w": torch.zeros(300)}, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError, match="is a pickle"):
        read_header(tmp_path / "w.safetensors")


def test_a_large_file_is_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(weights_file, "MAX_BYTES", 10)
    (tmp_path / "w.safetensors").write_bytes(save({"w": torch.zeros(3)}))
    with pytest.raises(CheckpointError, match="are the most"):
        read_header(tmp_path / "w.safetensors")


def test_a_file_that_is_not_there_or_no_file(tmp_path):
    with pytest.raises(CheckpointError, match="no weights at"):
        read_header(tmp_path / "w.safetensors")
    with pytest.raises(CheckpointError):
        read_header(tmp_path)


def test_what_safetensors_writes_is_read_whatever_the_order(tmp_path):
    save_file({"b": torch.zeros(3, 2), "a": torch.zeros(5, dtype=torch.float16)}, tmp_path / "w.safetensors")
    assert read_header(tmp_path / "w.safetensors").shapes == {"b": (3, 2), "a": (5,)}

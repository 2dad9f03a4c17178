"""Networks to take along: weights with their card in one file, and ONNX with the preprocessing inside."""

import json
import re
import warnings
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cnnplay.data.store import is_available, load_dataset
from cnnplay.errors import ExportError, InputError
from cnnplay.inference.predictor import Predictor
from cnnplay.models.registry import MODELS
from cnnplay.models.weights_file import read_header, with_metadata
from cnnplay.runs.weights import Trained

if TYPE_CHECKING:
    from torch import nn

MAX_DIFFERENCE = 1e-4
"""Between PyTorch's and ONNX Runtime's probabilities, for any class of any picture that is tried."""
MAX_STEM_CHARS = 60
N_TRIED = 64
"""Pictures; the export sees two of them, so that another size of batch is tried as well."""
PICTURES, PROBS, LOGITS = "pictures", "probs", "logits"
"""Names of what goes in and comes out."""
Bytes = npt.NDArray[np.uint8]


def file_stem(trained: Trained) -> str:
    """What its files are called, without the ending: letters and digits, whatever people called the network."""
    return stem_of(trained.weights.stem if trained.name in MODELS else trained.name)


def stem_of(name: str) -> str:
    """As much of a name as can be that of a file everywhere."""
    return re.sub(r"[^a-zA-Z0-9_]+", "-", name).strip("-")[:MAX_STEM_CHARS] or "network"


def export_safetensors(trained: Trained) -> bytes:
    """The file of weights with what belongs to it in its metadata: data set and card. The weights stay as they are.

    Raises:
        CheckpointError: the weights or their card cannot be read.
    """
    card = trained.read_card()
    metadata = dict(read_header(trained.weights).metadata)
    if dataset := trained.dataset or (card.dataset if card else None):
        metadata["dataset"] = dataset
    if card:
        metadata["card"] = json.dumps(asdict(card))
    return with_metadata(trained.weights, metadata)


def export_onnx(predictor: Predictor) -> bytes:
    """The network as ONNX, from stored pictures to calibrated probabilities, tried out before it is given away.

    Input: `pictures`, (N, C, H, W) uint8 with any N, as the data set stores them. Outputs: `probs`, (N, classes)
    float32 that add up to 1, after temperature scaling; `logits`, the same before it. The class names, the card and
    what the pictures have to be stand in the metadata.

    Takes seconds, and some 500 MB for the exporter: not for a process that serves pages.

    Raises:
        ExportError: ONNX Runtime gives other answers than PyTorch.
    """
    import onnx
    import torch

    pictures, source = _pictures_to_try(predictor)
    module = _with_preprocessing(predictor)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            module,
            (torch.from_numpy(pictures[:2]),),
            dynamo=True,
            dynamic_shapes=({0: "n"},),
            input_names=[PICTURES],
            output_names=[PROBS, LOGITS],
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    difference = _try_out(model.SerializeToString(), predictor, pictures)
    tried = f"{len(pictures)} {source}: no probability differs from PyTorch's by more than {difference:.1g}"
    onnx.helper.set_model_props(model, {**_describe(predictor), "tried": tried})
    model.producer_name, model.doc_string = "cnnplay", f"{predictor.title}, learned from {predictor.dataset}"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _with_preprocessing(predictor: Predictor) -> "nn.Module":
    import torch
    from torch import Tensor, nn

    class Network(nn.Module):
        """From stored pictures to probabilities and logits."""

        scale: Tensor
        shift: Tensor

        def __init__(self) -> None:
            super().__init__()
            mean, std = (torch.tensor(values).reshape(-1, 1, 1) for values in (predictor.spec.mean, predictor.spec.std))
            self.register_buffer("scale", 1 / (255 * std))
            self.register_buffer("shift", mean / std)
            self.network = predictor.model

        def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
            logits: Tensor = self.network(pictures.float() * self.scale - self.shift)
            return (logits / predictor.temperature).softmax(1), logits

    return Network().eval()


def _pictures_to_try(predictor: Predictor) -> tuple[Bytes, str]:
    """Real ones where the data set or one of the same shape is here, else noise; and what they are."""
    shape = predictor.spec.input_shape
    for key in dict.fromkeys((predictor.dataset, predictor.spec.dataset, "mnist-5k")):
        try:
            found = load_dataset(key) if is_available(key) else None
        except InputError:  # a data set of somebody else's
            continue
        if found is not None and found.spec.image_shape == shape:
            return np.array(found.test_images[:N_TRIED]), f"test pictures of {found.spec.title}"
    return np.random.default_rng(0).integers(0, 256, (N_TRIED, *shape), dtype=np.uint8), "pictures of noise"


def _try_out(model: bytes, predictor: Predictor, pictures: Bytes) -> float:
    """The largest difference between the answers of ONNX Runtime and our own.

    Raises:
        ExportError: it is too large.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (probs,) = session.run([PROBS], {PICTURES: pictures})
    difference = float(np.abs(probs - predictor.probs(pictures)).max())
    if not difference <= MAX_DIFFERENCE:  # also where one of them is no number
        raise ExportError(
            f"As ONNX, {predictor.title} gives probabilities that differ by {difference:.2g}; {MAX_DIFFERENCE:g} is "
            "the most. Take the safetensors file instead."
        )
    return difference


def _describe(predictor: Predictor) -> dict[str, str]:
    channels, height, width = predictor.spec.input_shape
    n_classes = len(predictor.classes)
    colours = "ink 255 on paper 0" if channels == 1 else "0 to 255, red, green, blue"
    facts = {
        "title": predictor.title,
        "model": predictor.spec.key,
        "dataset": predictor.dataset,
        "classes": json.dumps(predictor.classes),
        "input": f"{PICTURES}: uint8, N x {channels} x {height} x {width}, {colours}; normalised inside",
        "output": f"{PROBS}: float32, N x {n_classes}, add up to 1; {LOGITS}: before temperature and softmax",
        "temperature": f"{predictor.temperature:g}",
    }
    return {**facts, "card": json.dumps(asdict(predictor.card))} if predictor.card else facts

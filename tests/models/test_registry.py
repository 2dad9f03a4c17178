"""Every network of the registry: builds, has the published size, takes its pictures, learns everywhere."""

import pytest
import torch

from cnnplay.data.catalog import get_dataset_spec
from cnnplay.errors import InputError
from cnnplay.models.arithmetic import count_macs, count_parameters
from cnnplay.models.registry import MODELS, build, get_spec, list_specs

KEYS = tuple(MODELS)
PUBLISHED_PARAMETERS = {
    "fc2": 6_442,
    "cnn6": 6_422,
    "cnn16_32": 28_938,
    "lenet5": 62_006,
    "lenet": 121_182,
    "resnet": 269_722,
}
FROZEN = {"speedrun": {"whiten.weight"}}
"""Parameters that are computed or fixed on purpose, besides the scales of airbench's batch normalisation."""


def test_the_registry_holds_every_reference_network():
    assert [spec.key for spec in list_specs("mnist")] == (
        ["fc2", "cnn6", "cnn16_32", "inception", "residual", "residual_scaled", "residual_conv", "densenet", "scribe"]
    )
    objects = "lenet5 lenet simple_cnn vgg alexnet zfnet googlenet resnet densenet_cifar speedrun"
    assert sorted(spec.key for spec in list_specs("cifar10")) == sorted(objects.split(" "))


@pytest.mark.parametrize("key", KEYS)
def test_shapes_and_finite_outputs(key):
    spec = get_spec(key)
    torch.manual_seed(0)
    model = build(key).eval()
    out = model(torch.randn(3, *spec.input_shape))
    assert out.shape == (3, len(spec.classes))
    assert torch.isfinite(out).all()


@pytest.mark.parametrize("key", KEYS)
def test_every_parameter_gets_a_gradient(key):
    spec = get_spec(key)
    torch.manual_seed(0)
    model = build(key).train()
    x = torch.randn(8, *spec.input_shape)
    torch.nn.functional.cross_entropy(model(x), torch.arange(8) % len(spec.classes)).backward()
    for name, parameter in model.named_parameters():
        if name in FROZEN.get(key, ()) or not parameter.requires_grad:
            continue
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(("key", "n_params"), PUBLISHED_PARAMETERS.items())
def test_published_parameter_counts_hold(key, n_params):
    assert count_parameters(build(key)) == n_params


@pytest.mark.parametrize("key", KEYS)
def test_specs_agree_with_their_data_sets(key):
    spec = get_spec(key)
    dataset = get_dataset_spec(spec.dataset)
    assert spec.input_shape == dataset.image_shape
    assert spec.classes == dataset.classes
    assert len(spec.mean) == len(spec.std) == spec.input_shape[0]
    assert spec.summary.count(".") >= 2
    assert spec.paper_url.startswith("https://")


def test_multiply_accumulates_follow_the_arithmetic():
    by_hand = 16 * 25 * 28 * 28 + 32 * 16 * 25 * 14 * 14 + 1568 * 10
    model = build("cnn16_32").train()
    assert count_macs(model, (1, 28, 28)) == by_hand
    assert model.training


def test_unknown_key_names_the_known_ones():
    with pytest.raises(InputError, match=r"no network called 'lenet6'.*lenet5"):
        build("lenet6")


def test_unknown_option_names_the_known_ones():
    with pytest.raises(InputError, match=r"residual_scaled has no option depth.*variant, as_published"):
        build("residual_scaled", depth=3)


def test_vgg_follows_configuration_a():
    shapes = [tuple(p.shape) for name, p in build("vgg").named_parameters() if name.endswith("conv.weight")]
    assert [shape[0] for shape in shapes] == [64, 128, 256, 256, 512, 512, 512, 512]
    assert all(shape[2:] == (3, 3) for shape in shapes)


def test_simple_cnn_has_its_published_layer_names():
    names = {name for name, _ in build("simple_cnn").named_modules()}
    assert {"layer1.conv1", "layer2.relu2", "layer3.pool3", "layer4.fc1"} <= names

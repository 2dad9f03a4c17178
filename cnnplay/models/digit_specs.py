"""The networks that read digits: MNIST, 1 x 28 x 28."""

from functools import partial
from types import MappingProxyType

from cnnplay.models.spec import ModelSpec

_digits = partial(ModelSpec, dataset="mnist")
_RESIDUAL = partial(
    _digits,
    family="Residual",
    paper="Identity Mappings in Deep Residual Networks (He et al. 2016)",
    paper_url="https://arxiv.org/abs/1603.05027",
    builder="cnnplay.models.residual:DigitResidualNet",
)
_DEEPER = {"n_blocks": 1, "batch_norm": False}

DIGIT_SPECS = (
    _digits(
        key="fc2",
        title="Two hidden layers",
        family="Fully connected",
        summary="Every pixel is joined to every one of eight units, with no idea of which pixels are neighbours. "
        "Shuffle the pixels and it learns just as well.",
        paper="Learning representations by back-propagating errors (Rumelhart et al. 1986)",
        paper_url="https://doi.org/10.1038/323533a0",
        builder="cnnplay.models.perceptron:Perceptron",
        options=MappingProxyType({"width": 8}),
        published_accuracy=0.8683,
        published_note="after 1 epoch of SGD",
    ),
    _digits(
        key="cnn6",
        title="Six filters, twice",
        family="LeNet",
        summary="Two layers of six small filters slide over the picture, then two dense layers decide. "
        "It has as many parameters as the fully connected net and reads far better.",
        paper="Gradient-based learning applied to document recognition (LeCun et al. 1998)",
        paper_url="https://doi.org/10.1109/5.726791",
        builder="cnnplay.models.lenet:Cnn6",
    ),
    _digits(
        key="cnn16_32",
        title="16 and 32 filters",
        family="LeNet",
        summary="Sixteen filters find strokes, thirty-two combine them, and one dense layer decides. "
        "The classic first network of many courses.",
        paper="Gradient-based learning applied to document recognition (LeCun et al. 1998)",
        paper_url="https://doi.org/10.1109/5.726791",
        builder="cnnplay.models.lenet:Cnn16x32",
        options=MappingProxyType({"downsample": "max"}),
        mean=(0.0,),
        std=(1.0,),
        published_accuracy=0.9835,
        published_note="saved model after 10 epochs of Adam: 165 of 10,000 wrong",
    ),
    _digits(
        key="inception",
        title="Inception",
        family="Inception",
        summary="Each block looks with small and large filters side by side and joins what they saw. "
        "1 x 1 convolutions keep the large ones affordable.",
        paper="Going Deeper with Convolutions (Szegedy et al. 2014)",
        paper_url="https://arxiv.org/abs/1409.4842",
        builder="cnnplay.models.inception:DigitInception",
        options=MappingProxyType({"one_by_one": True}),
        published_accuracy=0.9890,
        published_note="after 10 epochs of SGD",
    ),
    _RESIDUAL(
        key="residual",
        title="Residual",
        summary="Each block only learns what to add to its input, which travels on unchanged beside it. "
        "So the gradient reaches the first layers undiminished.",
        options=MappingProxyType({"variant": "original", **_DEEPER}),
        published_accuracy=0.9898,
        published_note="after 10 epochs of SGD",
    ),
    _RESIDUAL(
        key="residual_scaled",
        title="Residual, halved sum",
        summary="As the residual net, but input and correction are each halved before they are added. "
        "Halving the shortcut at every block weakens the signal, which is what the paper warns of.",
        options=MappingProxyType({"variant": "constant_scaling", "as_published": False, **_DEEPER}),
        published_accuracy=0.9881,
        published_note="after 10 epochs of SGD, with a slip in the block",
    ),
    _RESIDUAL(
        key="residual_conv",
        title="Residual, 1 x 1 on the shortcut",
        summary="As the residual net, but the shortcut passes through a 1 x 1 convolution. "
        "It can learn more there, and the free path for the gradient is gone.",
        options=MappingProxyType({"variant": "conv_shortcut", "as_published": False, **_DEEPER}),
        published_accuracy=0.9897,
        published_note="after 10 epochs of SGD, with a slip in the block",
    ),
    _digits(
        key="densenet",
        title="DenseNet",
        family="DenseNet",
        summary="Every layer sees the outputs of all layers before it. "
        "So each needs to add only a few new maps, and the net stays small.",
        paper="Densely Connected Convolutional Networks (Huang et al. 2017)",
        paper_url="https://arxiv.org/abs/1608.06993",
        builder="cnnplay.models.densenet:DigitDenseNet",
    ),
    _digits(
        key="scribe",
        title="Scribe",
        family="Scribe",
        summary="Our reader of hand-drawn digits, trained on MNIST and on the pen strokes of 24 writers. "
        "Scribbles were shown to it as well, so that it can say when it is not sure.",
        paper="Deep Residual Learning for Image Recognition (He et al. 2015)",
        paper_url="https://arxiv.org/abs/1512.03385",
        builder="cnnplay.models.scribe:Scribe",
    ),
)

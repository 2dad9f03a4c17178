"""The networks that name objects: CIFAR-10, 3 x 32 x 32."""

from functools import partial
from types import MappingProxyType

from cnnplay.models.spec import CIFAR10_CLASSES, CIFAR10_MEAN, CIFAR10_STD, ModelSpec

_objects = partial(
    ModelSpec,
    dataset="cifar10",
    input_shape=(3, 32, 32),
    classes=CIFAR10_CLASSES,
    mean=CIFAR10_MEAN,
    std=CIFAR10_STD,
)
_HALVES = (0.5, 0.5, 0.5)
_LENET = partial(
    _objects,
    family="LeNet",
    paper="Gradient-based learning applied to document recognition (LeCun et al. 1998)",
    paper_url="https://doi.org/10.1109/5.726791",
    mean=_HALVES,
    std=_HALVES,
)

OBJECT_SPECS = (
    _LENET(
        key="lenet5",
        title="LeNet-5",
        summary="The net that read cheques in 1998, given colour. "
        "Two convolutions with pooling, three dense layers, 62,006 parameters.",
        builder="cnnplay.models.lenet:ColourLeNet",
        options=MappingProxyType({"channels": (6, 16)}),
        published_accuracy=0.64,
        published_note="after 10 epochs of Adam",
    ),
    _LENET(
        key="lenet",
        title="LeNet, wider",
        summary="LeNet-5 with 16 and 32 filters instead of 6 and 16. "
        "Twice the parameters, and it sees noticeably more.",
        builder="cnnplay.models.lenet:ColourLeNet",
        options=MappingProxyType({"channels": (16, 32)}),
    ),
    _objects(
        key="simple_cnn",
        title="Simple CNN",
        family="LeNet",
        summary="Three plain convolutions, each followed by pooling, then three dense layers. "
        "Its layers carry readable names, which makes it good to take apart.",
        paper="ImageNet Classification with Deep CNNs (Krizhevsky et al. 2012)",
        paper_url="https://doi.org/10.1145/3065386",
        builder="cnnplay.models.lenet:SimpleCnn",
    ),
    _objects(
        key="alexnet",
        title="AlexNet",
        family="AlexNet",
        summary="The net that won ImageNet in 2012, one of its two towers, sized for small pictures. "
        "Large filters first, small ones later, and dropout before it decides.",
        paper="ImageNet Classification with Deep CNNs (Krizhevsky et al. 2012)",
        paper_url="https://doi.org/10.1145/3065386",
        builder="cnnplay.models.alexnet:alexnet",
    ),
    _objects(
        key="zfnet",
        title="ZFNet",
        family="AlexNet",
        summary="AlexNet after its authors looked inside it: a finer first layer loses less detail. "
        "More maps in the middle layers make up for the smaller filters.",
        paper="Visualizing and Understanding Convolutional Networks (Zeiler and Fergus 2013)",
        paper_url="https://arxiv.org/abs/1311.2901",
        builder="cnnplay.models.alexnet:zfnet",
    ),
    _objects(
        key="vgg",
        title="VGG-11",
        family="VGG",
        summary="Nothing but 3 x 3 convolutions, stacked deep, with batch normalisation. "
        "Simple to write down, and heavy: 9.2 million parameters.",
        paper="Very Deep Convolutional Networks for Large-Scale Image Recognition (Simonyan and Zisserman 2014)",
        paper_url="https://arxiv.org/abs/1409.1556",
        builder="cnnplay.models.vgg:Vgg",
        std=(0.2023, 0.1994, 0.2010),
        published_accuracy=0.8457,
        published_note="after 10 epochs of Adam",
    ),
    _objects(
        key="googlenet",
        title="GoogLeNet",
        family="Inception",
        summary="Five Inception blocks, each with four branches side by side, and batch normalisation. "
        "It needs a twelfth of VGG's parameters.",
        paper="Going Deeper with Convolutions (Szegedy et al. 2014)",
        paper_url="https://arxiv.org/abs/1409.4842",
        builder="cnnplay.models.inception:GoogLeNet",
    ),
    _objects(
        key="resnet",
        title="ResNet-20",
        family="Residual",
        summary="Twenty layers in nine residual blocks, the smallest net of the original paper. "
        "Its 0.27 million parameters go a long way, because every layer gets a clean gradient.",
        paper="Deep Residual Learning for Image Recognition (He et al. 2015)",
        paper_url="https://arxiv.org/abs/1512.03385",
        builder="cnnplay.models.residual:ResNet",
        options=MappingProxyType({"depth": 20, "variant": "original"}),
        published_accuracy=0.9125,
        published_note="the paper's, after 182 epochs",
    ),
    _objects(
        key="densenet_cifar",
        title="DenseNet-BC",
        family="DenseNet",
        summary="Three dense blocks in which every layer sees all the layers before it. "
        "Transitions between them halve the size and the number of maps.",
        paper="Densely Connected Convolutional Networks (Huang et al. 2017)",
        paper_url="https://arxiv.org/abs/1608.06993",
        builder="cnnplay.models.densenet:DenseNet",
    ),
    _objects(
        key="speedrun",
        title="Speedrun",
        family="Airbench",
        summary="The fastest known way to 94 %: a first layer computed from the data instead of learned, "
        "identity-like starts and a fast schedule. Ten epochs are enough.",
        paper="94% on CIFAR-10 in 3.29 Seconds on a Single GPU (Jordan 2024)",
        paper_url="https://arxiv.org/abs/2404.00498",
        builder="cnnplay.models.airbench:Airbench",
        published_accuracy=0.9401,
        published_note="mean of the paper's runs, with averaging over mirrored and shifted views",
    ),
)

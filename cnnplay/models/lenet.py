"""LeNet and its plain descendants: convolution, pooling, dense layers (LeCun et al. 1998)."""

from collections import OrderedDict

from torch import nn

from cnnplay.errors import ConfigError

DOWNSAMPLING = ("max", "average", "stride")
_POOLS: dict[str, type[nn.Module]] = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


class Cnn6(nn.Sequential):
    """(N, 1, 28, 28) to (N, 10) logits with 6,422 parameters, as few as the fully connected net."""

    def __init__(self) -> None:
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(1, 6, 5),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(2),
                conv2=nn.Conv2d(6, 6, 5),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(2),
                flatten=nn.Flatten(),
                fc1=nn.Linear(96, 50),
                relu3=nn.ReLU(),
                fc2=nn.Linear(50, 10),
            )
        )


class Cnn16x32(nn.Sequential):
    """(N, 1, 28, 28) in 0..1 to (N, 10) logits; 28,938 parameters.

    Args:
        downsample: how height and width are halved, one of `DOWNSAMPLING`: the largest or the mean of four values, or
            convolutions that move on by two pixels at a time.

    Raises:
        ConfigError: there is no such way.
    """

    def __init__(self, downsample: str = "max") -> None:
        if downsample not in DOWNSAMPLING:
            raise ConfigError(f"downsample is {downsample!r}. Choose one of: {', '.join(DOWNSAMPLING)}.")
        pool, stride = (None, 2) if downsample == "stride" else (_POOLS[downsample], 1)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        for i, (n_in, n_out) in enumerate(((1, 16), (16, 32)), start=1):
            layers[f"conv{i}"] = nn.Conv2d(n_in, n_out, 5, stride=stride, padding=2)
            layers[f"relu{i}"] = nn.ReLU()
            if pool:
                layers[f"pool{i}"] = pool(2)
        layers["flatten"] = nn.Flatten()
        layers["fc"] = nn.Linear(1568, 10)
        super().__init__(layers)


class ColourLeNet(nn.Sequential):
    """LeNet-5 on colour: (N, 3, 32, 32) to (N, 10) logits, two 5 x 5 convolutions of the given channels."""

    def __init__(self, channels: tuple[int, int] = (6, 16)) -> None:
        first, second = channels
        super().__init__(
            OrderedDict(
                conv1=nn.Conv2d(3, first, 5),
                relu1=nn.ReLU(),
                pool1=nn.MaxPool2d(2),
                conv2=nn.Conv2d(first, second, 5),
                relu2=nn.ReLU(),
                pool2=nn.MaxPool2d(2),
                flatten=nn.Flatten(),
                fc1=nn.Linear(second * 25, 120),
                relu3=nn.ReLU(),
                fc2=nn.Linear(120, 84),
                relu4=nn.ReLU(),
                fc3=nn.Linear(84, 10),
            )
        )


class SimpleCnn(nn.Sequential):
    """(N, 3, 32, 32) to (N, 10) logits: three named convolution layers of 32, 64, 128 maps, then 2048-512-64-10."""

    def __init__(self) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        n_in = 3
        for i, n_out in enumerate((32, 64, 128), start=1):
            layers[f"layer{i}"] = nn.Sequential(
                OrderedDict(
                    [
                        (f"conv{i}", nn.Conv2d(n_in, n_out, 3, padding=1)),
                        (f"relu{i}", nn.ReLU()),
                        (f"pool{i}", nn.MaxPool2d(2)),
                    ]
                )
            )
            n_in = n_out
        layers["flatten"] = nn.Flatten()
        layers["layer4"] = nn.Sequential(
            OrderedDict(
                fc1=nn.Linear(2048, 512),
                fc_relu1=nn.ReLU(),
                fc2=nn.Linear(512, 64),
                fc_relu2=nn.ReLU(),
                fc3=nn.Linear(64, 10),
            )
        )
        super().__init__(layers)

"""
dlib's two networks, read from the files that hold them.

A network begins with what it was trained for, then one version number per layer, the last layer first (2: a layer; 1: a
mark, which has no weights; 3: the layer nearest the picture), then what it expects of a picture, then its layers, the
first one first. A layer is its name, its own fields, and what training left behind, which is empty in a published file.
How single values are written: see `serialised`.

These are facts about the format, found in dlib's public source (dnn/core.h, dnn/layers.h, dnn/loss.h) and in the files.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from toolkit.errors import IntegrityError
from toolkit.faces import models
from toolkit.faces.serialised import Floats, Source

Pair = tuple[int, int]


@dataclass(frozen=True)
class Convolution:
    """Filters (n, channels, rows, columns) and n biases; stride and padding by (rows, columns)."""

    filters: Floats
    biases: Floats
    stride: Pair
    padding: Pair


@dataclass(frozen=True)
class Affine:
    """Each channel times its scale plus its offset; a batch normalisation, once trained, is one."""

    scale: Floats
    offset: Floats


@dataclass(frozen=True)
class Relu:
    """What is below zero becomes zero."""


@dataclass(frozen=True)
class Pool:
    """The largest value ("max") or the mean ("avg") in each window; a window (0, 0) is the whole picture."""

    kind: str
    window: Pair
    stride: Pair


@dataclass(frozen=True)
class Begin:
    """What passes here is remembered: a residual block begins."""


@dataclass(frozen=True)
class Turn:
    """The other arm of a block begins: go on from what `Begin` remembered, and remember instead what arrived here."""


@dataclass(frozen=True)
class Add:
    """The arms of a block meet: add what is remembered; zeros fill up the smaller, below, right and in channels."""


@dataclass(frozen=True)
class Product:
    """A matrix, shape (inputs, outputs)."""

    matrix: Floats


Layer = Convolution | Affine | Relu | Pool | Begin | Turn | Add | Product


@dataclass(frozen=True)
class Boxes:
    """
    How the detector's map becomes boxes.

    Args:
        window: Width and height of a face in the picture whose map it is, pixels.
        overlap: Of two boxes, only the better stays if their intersection is more than this share of the
            smallest box around both.
        covered: Or if it is more than this share of either; 1 is never.
    """

    window: Pair
    overlap: float
    covered: float


@dataclass(frozen=True)
class Network:
    """A picture is RGB minus *mean*, divided by 256; it passes the layers in order. *boxes*: the detector's only."""

    mean: tuple[float, float, float]
    layers: tuple[Layer, ...]
    boxes: Boxes | None


def descriptor_network() -> Network:
    """
    Return the network that turns a face of 150 x 150 pixels into 128 numbers, from the installed weights.

    Raises:
        IntegrityError: If the file is not the one that is known.
        ToolkitError: If it is not installed.
    """
    return read_network(models.weights(models.NETWORK).read_bytes())


def detector_network() -> Network:
    """Return the network that marks faces in a picture, from the installed weights; raises as its neighbour does."""
    return read_network(models.weights(models.CNN_DETECTOR).read_bytes())


def read_network(content: bytes) -> Network:
    """
    Read one of dlib's two face networks.

    Args:
        content: The whole file.

    Raises:
        IntegrityError: If it is anything else, or cut short, or longer; says at which byte.
    """
    source = Source(content)
    try:
        network = _network(source)
    except (ValueError, IndexError, KeyError, OverflowError, MemoryError) as error:
        raise IntegrityError(
            f"weights: expected a face network of dlib's, found at byte {source.at}: {error}"
        ) from error
    if source.at != len(content):
        raise IntegrityError(f"weights: expected {source.at} bytes, found {len(content)}")
    return network


def _network(source: Source) -> Network:
    source.expect(1)
    purpose, boxes = source.text(), None
    if purpose == "loss_mmod_":
        source.expect(1)
        window = source.whole(), source.whole()
        source.reals(3)  # the price of errors in training, and when a box was right
        overlap, covered = source.reals(2)
        boxes = Boxes(window, overlap, covered)
        source.reals(2)  # regions that training ignored
    elif purpose == "loss_metric_2":
        source.reals(2)  # margin and radius of training
    else:
        raise ValueError(f"a network for {purpose!r}")
    versions = list(source.wholes_until(3))
    expects = source.text()
    red, green, blue = source.reals(3)
    if expects == "input_rgb_image_sized":
        source.wholes(2)  # 150 x 150
    elif expects != "input_rgb_image_pyramid":
        raise ValueError(f"a network for input {expects!r}")
    return Network((red, green, blue), tuple(_layers(source, versions[::-1])), boxes)


def _layers(source: Source, versions: list[int]) -> Iterator[Layer]:
    """Layers in order. One mark before a layer begins a block; two in a row turn to its other arm."""
    number = 0
    while number < len(versions):
        if versions[number] == 1:
            turns = versions[number + 1] == 1
            yield Turn() if turns else Begin()
            number += 2 if turns else 1
            continue
        yield _READERS[source.text()](source)
        source.skip(3)  # truth values of training
        for _ in range(3):
            source.tensor()
        if versions[number] == 3:  # noqa: PLR2004 - see the head of this file
            source.expect(1)
        number += 1


def _convolution(source: Source) -> Convolution:
    numbers = source.tensor().ravel()
    count, rows, columns, stride_y, stride_x, padding_y, padding_x = source.wholes(7)
    filters, biases = source.part(), source.part()
    source.reals(4)  # rates of learning and decay
    if (filters[0], *filters[2:]) != (count, rows, columns):
        raise ValueError(f"{count} filters of {rows} x {columns}, but numbers for {filters}")
    cut = len(numbers) - biases[1]
    return Convolution(numbers[:cut].reshape(filters), numbers[cut:], (stride_y, stride_x), (padding_y, padding_x))


def _affine(source: Source) -> Affine:
    scale, offset = source.tensor().reshape(2, -1)
    source.part()
    source.part()
    source.expect(0)
    return Affine(scale, offset)


def _normalisation(source: Source) -> Affine:
    scale, offset = source.tensor().reshape(2, -1)
    source.part()
    source.part()
    source.tensor()
    source.tensor()
    mean, variance = source.tensor().ravel(), source.tensor().ravel()
    source.wholes(2)
    epsilon = source.reals(5)[4]
    scale = scale / np.sqrt(variance + np.float32(epsilon))
    return Affine(scale, offset - scale * mean)


def _pool(source: Source, kind: str) -> Pool:
    rows, columns, stride_y, stride_x, *padding = source.wholes(6)
    if any(padding):
        raise ValueError(f"pooling with padding {padding}")
    return Pool(kind, (rows, columns), (stride_y, stride_x))


def _product(source: Source) -> Product:
    source.wholes(2)
    matrix = source.tensor()
    source.part()
    source.part()
    source.expect(1)  # no bias
    source.reals(4)
    return Product(matrix[:, :, 0, 0])


_READERS: dict[str, Callable[[Source], Layer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "bn_con2": _normalisation,
    "relu_": lambda _: Relu(),
    "add_prev_": lambda _: Add(),
    "max_pool_2": lambda source: _pool(source, "max"),
    "avg_pool_2": lambda source: _pool(source, "avg"),
    "fc_2": _product,
}

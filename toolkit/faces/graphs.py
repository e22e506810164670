"""
dlib's networks as ONNX graphs, built in memory: the same sums, touched by fewer hands.

What differs from dlib's own order of work, none of it in the result beyond rounding:

- a normalisation is folded into the convolution before it, and what is done to pixels (minus the mean, divided by 256)
  into the first one, which pads nothing; but the detector's mean is not, as there is none of it between its scales;
- the new channels of zeros where an arm of a residual block halves a picture, and the zeros below and right of the
  smaller arm, are convolutions of each channel by itself: anything else leaves the layout of the fast kernels;
- the detector's 45 channels are 48, three of them zero: ONNX Runtime's fast kernels work on 16 channels at a time;
- its last convolution, 9 x 9 onto one channel, becomes 9 x 1 onto nine channels and a shifted sum: the same products,
  but many channels at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from toolkit.faces.weights import Add, Affine, Begin, Convolution, Layer, Network, Pair, Pool, Product, Relu, Turn

CHIP_PX = 150
"""Side of an aligned face, as the descriptor network was trained."""

Shape = list[int | str]

_OPSET = 17
_IR_VERSION = 9
_LANES = 16


def descriptor_graph(network: Network) -> bytes:
    """
    Return a graph from `chips`, shape (n, 150, 150, 3), RGB, uint8, to descriptors, shape (n, 128, 1, 1), float32.

    Raises:
        ValueError: If the network has a layer that this graph has no words for.
    """
    drawing = _Drawing()
    layers = folded(network.layers)
    pixels = drawing.node("Transpose", drawing.node("Cast", "chips", to=TensorProto.FLOAT), perm=(0, 3, 1, 2))
    now = remembered = _Place(pixels, 3, CHIP_PX)
    layers[0] = _from_pixels(layers[0], network.mean)
    for layer in layers:
        match layer:
            case Begin():
                remembered = now
            case Turn():
                now, remembered = remembered, now
            case Add():
                now = drawing.sum(now, remembered)
            case Pool(kind="avg", window=(2, 2)):
                now = drawing.halved(now, remembered.channels)
            case _:
                now = drawing.layer(now, layer)
    return drawing.model(
        ("chips", TensorProto.UINT8, ["n", CHIP_PX, CHIP_PX, 3]), (now.name, ["n", now.channels, 1, 1])
    )


def detector_graph(network: Network) -> bytes:
    """
    Return a graph from `pictures` to a map, shape (n, 1, h', w').

    Pictures have shape (n, 3, h, w), float32: pixels minus the mean of the network, and zero where there is no picture.

    Raises:
        ValueError: If the network has a layer that this graph has no words for.
    """
    drawing = _Drawing()
    now = _Place("pictures", 3)
    *layers, last = folded(network.layers)
    layers[0] = _from_pixels(layers[0], mean=(0, 0, 0))
    for layer in layers:
        now = drawing.layer(now, _widened(layer, now.channels) if isinstance(layer, Convolution) else layer)
    for part in _halves(last, now.channels):
        now = drawing.convolution(now, part)
    return drawing.model(("pictures", TensorProto.FLOAT, ["n", 3, "h", "w"]), (now.name, ["n", 1, "rows", "columns"]))


def resizing_graph() -> bytes:
    """Return a graph from `pictures` (1, c, h, w), float32, and `shape` (4 ints) to bilinear pictures of that shape."""
    drawing = _Drawing()
    options = {"coordinate_transformation_mode": "align_corners", "mode": "linear"}  # corners stay corners, as in dlib
    name = drawing.node("Resize", "pictures", "", "", "shape", **options)
    shape = helper.make_tensor_value_info("shape", TensorProto.INT64, [4])
    return drawing.model(
        ("pictures", TensorProto.FLOAT, [1, "c", "h", "w"]), (name, [1, "c", "rows", "columns"]), shape
    )


def folded(layers: Iterable[Layer]) -> list[Layer]:
    """Return the layers with every normalisation folded into the convolution before it."""
    result: list[Layer] = []
    for layer in layers:
        before = result[-1] if result else None
        if isinstance(layer, Affine) and isinstance(before, Convolution):
            filters = before.filters * layer.scale[:, None, None, None]
            result[-1] = replace(before, filters=filters, biases=before.biases * layer.scale + layer.offset)
        else:
            result.append(layer)
    return result


def _from_pixels(layer: Layer, mean: tuple[float, float, float]) -> Convolution:
    """Fold what dlib does to pixels into a convolution that pads nothing."""
    if not isinstance(layer, Convolution) or any(layer.padding):
        raise ValueError(f"expected a convolution without padding first, found {type(layer).__name__}")
    filters = layer.filters.astype(np.float64) / 256
    biases = layer.biases - filters.sum((2, 3)) @ np.array(mean)
    return replace(layer, filters=filters.astype(np.float32), biases=biases.astype(np.float32))


def _widened(layer: Convolution, channels: int) -> Convolution:
    """Return a convolution from *channels* and to a multiple of 16, the new ones zero."""
    count, used = layer.filters.shape[:2]
    extra = -count % _LANES
    filters = np.pad(layer.filters, ((0, extra), (0, channels - used), (0, 0), (0, 0)))
    return replace(layer, filters=filters, biases=np.pad(layer.biases, (0, extra)))


def _halves(layer: Layer, channels: int) -> tuple[Convolution, Convolution]:
    """Split a convolution onto one channel: its columns become channels, which are then shifted and added."""
    if not isinstance(layer, Convolution) or len(layer.filters) != 1 or layer.stride != (1, 1):
        raise ValueError(f"expected a convolution onto one channel last, found {type(layer).__name__}")
    _, used, rows, columns = layer.filters.shape
    width = columns + -columns % _LANES
    upright = np.zeros((width, channels, rows, 1), np.float32)
    upright[:columns, :used, :, 0] = layer.filters[0].transpose(2, 0, 1)
    across = np.zeros((1, width, 1, columns), np.float32)
    across[0, range(columns), 0, range(columns)] = 1
    return (
        Convolution(upright, np.zeros(width, np.float32), (1, 1), (layer.padding[0], 0)),
        Convolution(across, layer.biases, (1, 1), (0, layer.padding[1])),
    )


@dataclass(frozen=True)
class _Place:
    """A value in a graph: its name, how many channels it has, and its side (0 where pictures come in any size)."""

    name: str
    channels: int
    side: int = 0

    def after(self, name: str, channels: int, window: Pair, stride: Pair, padding: Pair = (0, 0)) -> "_Place":
        """Return what a window that slides over this one leaves."""
        side = (self.side + 2 * padding[0] - window[0]) // stride[0] + 1 if self.side else 0
        return _Place(name, channels, side)


class _Drawing:
    """Nodes and constants, and how each kind of layer is drawn."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, **options: Any) -> str:  # noqa: ANN401 - an attribute of ONNX's
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **options))
        return name

    def constant(self, values: NDArray[np.generic]) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def convolution(self, now: _Place, layer: Convolution) -> _Place:
        inputs = now.name, self.constant(layer.filters), self.constant(layer.biases)
        window, padding = layer.filters.shape[2:], layer.padding
        name = self.node("Conv", *inputs, kernel_shape=window, strides=layer.stride, pads=padding * 2)
        return now.after(name, len(layer.filters), window, layer.stride, padding)

    def each(self, now: _Place, window: NDArray[np.float32], stride: int = 1, missing: int = 0) -> str:
        """Draw a convolution of each channel by itself, all with one window; *missing* rows and columns are zero."""
        filters = self.constant(np.broadcast_to(window, (now.channels, 1, *window.shape)))
        strides, pads = (stride, stride), (0, 0, missing, missing)
        return self.node("Conv", now.name, filters, group=now.channels, strides=strides, pads=pads)

    def halved(self, now: _Place, channels: int) -> _Place:
        """Draw the mean of 2 x 2; channels beyond those of *now* are zero."""
        mean = self.node("AveragePool", now.name, kernel_shape=(2, 2), strides=(2, 2))
        zeros = [self.each(now, np.zeros((2, 2), np.float32), stride=2) for _ in range(channels // now.channels - 1)]
        name = self.node("Concat", mean, *zeros, axis=1) if zeros else mean
        return now.after(name, channels, (2, 2), (2, 2))

    def layer(self, now: _Place, layer: Layer) -> _Place:
        match layer:
            case Convolution():
                return self.convolution(now, layer)
            case Relu():
                return replace(now, name=self.node("Relu", now.name))
            case Pool(window=(0, 0), kind="avg"):
                return _Place(self.node("GlobalAveragePool", now.name), now.channels, 1)
            case Pool(kind="max"):
                name = self.node("MaxPool", now.name, kernel_shape=layer.window, strides=layer.stride)
                return now.after(name, now.channels, layer.window, layer.stride)
            case Product():
                # A product's rounding depends on how many rows there are; a convolution takes each picture by itself.
                filters = layer.matrix.T[:, :, None, None]
                biases = np.zeros(len(filters), np.float32)
                return self.convolution(now, Convolution(filters, biases, (1, 1), (0, 0)))
        raise ValueError(f"no graph for a layer {type(layer).__name__} here")

    def sum(self, now: _Place, other: _Place) -> _Place:
        """Draw the sum of two arms of a block; the smaller picture is filled up with zeros below and right."""
        if now.channels != other.channels:
            raise ValueError(f"arms with {now.channels} and {other.channels} channels meet")
        side = max(now.side, other.side)
        names = [self.filled(arm, side - arm.side) for arm in (now, other)]
        return _Place(self.node("Add", *names), now.channels, side)

    def filled(self, now: _Place, missing: int) -> str:
        return self.each(now, np.ones((1, 1), np.float32), missing=missing) if missing else now.name

    def model(self, source: tuple[str, int, Shape], result: tuple[str, Shape], *further: onnx.ValueInfoProto) -> bytes:
        takes = helper.make_tensor_value_info(*source)
        gives = helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])
        graph = helper.make_graph(self.nodes, "dlib", [takes, *further], [gives], self.constants)
        opset = helper.make_opsetid("", _OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())

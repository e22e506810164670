"""dlib's two files are read whole, to the last byte, or refused."""

import re

import numpy as np
import pytest

from toolkit.errors import IntegrityError
from toolkit.faces import models
from toolkit.faces.serialised import Source
from toolkit.faces.weights import (
    Add,
    Affine,
    Begin,
    Boxes,
    Convolution,
    Product,
    Turn,
    descriptor_network,
    detector_network,
    read_network,
)

MEAN = (122.782, 117.001, 104.298)


def of_kind(network, kind):
    """Return the layers of one kind."""
    return [layer for layer in network.layers if isinstance(layer, kind)]


@pytest.fixture(scope="module")
def descriptor():
    """Return the descriptor network."""
    return descriptor_network()


@pytest.fixture(scope="module")
def detector():
    """Return the detector network."""
    return detector_network()


@pytest.fixture(scope="module")
def detector_bytes():
    """Return the contents of the smaller file."""
    return models.weights(models.CNN_DETECTOR).read_bytes()


@pytest.mark.parametrize(
    ("written", "read", "expected"),
    [
        ("01 05", Source.whole, 5),
        ("81 05", Source.whole, -5),
        ("02 00 01", Source.whole, 256),
        ("01 03 81 01", lambda source: source.reals(1), [1.5]),
        ("01 02 6f 6b", Source.text, "ok"),
        ("01 01 01 02 01 03 01 04 01 05", Source.part, (2, 3, 4, 5)),
    ],
)
def test_values_as_dlib_writes_them(written, read, expected):
    """Control byte, then bytes, lowest first; a real is mantissa and exponent of two."""
    source = Source(bytes.fromhex(written))

    assert expected == read(source)
    assert source.at == len(source.content)


def test_a_tensor_is_four_dimensions_and_floats():
    """Samples, channels, rows, columns, then little-endian float32."""
    written = bytes.fromhex("0102 0101 0101 0101 0102") + np.array([1.5, -2], "<f4").tobytes()

    assert [[[[1.5, -2.0]]]] == Source(written).tensor().tolist()


def test_the_descriptor_network_is_what_its_author_describes(descriptor):
    """29 convolutions in 14 residual blocks, four of which halve the picture, and a product onto 128 numbers."""
    convolutions = of_kind(descriptor, Convolution)

    assert len(convolutions) == 29
    assert [(32, 3, 7, 7)] == [layer.filters.shape for layer in convolutions[:1]]
    assert {(3, 3)} == {layer.filters.shape[2:] for layer in convolutions[1:]}
    assert (14, 14, 4) == tuple(len(of_kind(descriptor, kind)) for kind in (Begin, Add, Turn))
    assert [(256, 128)] == [layer.matrix.shape for layer in of_kind(descriptor, Product)]
    assert descriptor.mean == pytest.approx(MEAN, abs=1e-4)
    assert descriptor.boxes is None


def test_the_detector_network_is_what_its_author_describes(detector):
    """7 convolutions, six with a normalisation; a window of 80 px; of boxes that share 0.338 one stays."""
    shapes = [layer.filters.shape for layer in of_kind(detector, Convolution)]

    assert [(16, 3, 5, 5), (32, 16, 5, 5), (32, 32, 5, 5), (45, 32, 5, 5)] == shapes[:4]
    assert [(45, 45, 5, 5), (45, 45, 5, 5), (1, 45, 9, 9)] == shapes[4:]
    assert len(of_kind(detector, Affine)) == 6
    assert detector.boxes == Boxes((80, 80), pytest.approx(0.338276), 1.0)
    assert detector.mean == pytest.approx(MEAN, abs=1e-4)


def test_every_number_of_the_networks_is_finite(descriptor, detector):
    """Read at a wrong offset, float32 soon holds NaN, infinity or absurd sizes."""
    for network in (descriptor, detector):
        filters = np.concatenate([layer.filters.ravel() for layer in of_kind(network, Convolution)])
        assert np.isfinite(filters).all()
        assert np.abs(filters).max() < 10


@pytest.mark.parametrize("kept", [0, 3, 100, 5_000, 729_939])
def test_a_file_cut_short_is_refused(detector_bytes, kept):
    """Wherever it ends: half a network is none."""
    with pytest.raises(IntegrityError, match=r"^weights: expected a face network of dlib's, found at byte \d+: "):
        read_network(detector_bytes[:kept])


def test_a_file_that_goes_on_is_refused(detector_bytes):
    """What follows the network was not understood, so nothing was."""
    message = re.escape("weights: expected 729940 bytes, found 729941")
    with pytest.raises(IntegrityError, match=message):
        read_network(detector_bytes + b"\0")


def test_another_network_of_dlibs_is_refused(detector_bytes):
    """A known beginning is not enough."""
    other = detector_bytes.replace(b"loss_mmod_", b"loss_multi", 1)

    with pytest.raises(IntegrityError, match="a network for 'loss_multi'"):
        read_network(other)

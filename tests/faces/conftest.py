"""Real photographs, where there are any."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def real() -> Path:
    """Return the folder of real photographs and footage."""
    folder = os.environ.get("TOOLKIT_REAL_DATA")
    if not folder:
        pytest.skip("TOOLKIT_REAL_DATA is not set: no real photographs and footage to test with")
    return Path(folder)

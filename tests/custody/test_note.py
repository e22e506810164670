"""Signed notes: what other people's signatures look like, and what is none."""

import re

import pytest

from toolkit.custody import note
from toolkit.errors import IntegrityError, UsageError

# The example of Go's golang.org/x/mod/sumdb/note, which the C2SP specification describes (BSD-3-Clause).
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    f"{TEXT}\n\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
KEY = note.PrivateKey("office", note.SIGNER, bytes(range(32)))
WITNESS = note.PrivateKey("oversight", note.WITNESS, bytes(range(32, 64)))


def test_the_published_example_is_read_signed_and_written_as_it_stands():
    """Same key, same text: the same bytes as other people's program, both ways."""
    key = note.private_key(PRIVATE)

    assert (PUBLIC, PRIVATE) == (str(key.public), key.to_text())
    assert note.public_key(PUBLIC) == key.public
    assert NOTE == note.Note(TEXT, (key.sign(TEXT),)).to_bytes()
    assert [key.public] == note.signed_by(note.parse(NOTE, "x"), [key.public], "x")


def test_a_witness_signs_the_time_too():
    """C2SP tlog-cosignature: eight bytes of seconds before the signature; another time is another signature."""
    signed = note.Note(TEXT, (KEY.sign(TEXT), WITNESS.sign(TEXT, 1_700_000_000)))
    found = note.parse(signed.to_bytes(), "x")

    assert [WITNESS.public, KEY.public] == note.signed_by(found, [WITNESS.public, KEY.public], "x")
    name, key_id, made = found.signatures[1]
    assert 1_700_000_000 == int.from_bytes(made[:8], "big")
    later = note.Signature(name, key_id, (1_700_000_001).to_bytes(8, "big") + made[8:])
    with pytest.raises(IntegrityError, match="the signature of oversight does not hold"):
        note.signed_by(note.Note(TEXT, (later,)), [WITNESS.public], "x")


def test_every_flipped_bit_of_a_signed_note_is_refused():
    """It cannot be read, its signature does not hold, or it is by somebody else: never signed by the key."""
    signed = note.Note(TEXT, (KEY.sign(TEXT),)).to_bytes()
    accepted = []

    for bit in range(len(signed) * 8):
        edited = bytearray(signed)
        edited[bit // 8] ^= 1 << bit % 8
        try:
            found = note.signed_by(note.parse(bytes(edited), "x"), [KEY.public], "x")
        except IntegrityError:
            continue
        accepted += [bit] if found else []

    assert accepted == []


def test_who_is_not_known_is_passed_over():
    """Also a kind of signature that is not invented yet; a known name with another key is somebody else."""
    namesake = note.PrivateKey("office", note.SIGNER, bytes(32))
    future = note.Signature("office", b"\1\2\3\4", bytes(2420))
    found = note.parse(note.Note(TEXT, (future, namesake.sign(TEXT), KEY.sign(TEXT))).to_bytes(), "x")

    assert [KEY.public] == note.signed_by(found, [KEY.public], "x")
    assert [] == note.signed_by(found, [WITNESS.public], "x")
    assert [] == note.signed_by(note.parse(note.Note(TEXT).to_bytes(), "x"), [KEY.public], "x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text\n",
        b"text\n\n\xe2\x80\x94 office AAAA",
        b"text\n\n- office AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 office AAA\n",
        b"text\n\n\xe2\x80\x94 office AAAA\n",
        b"te\x00xt\n\n",
        b"text\r\n\n",
        b"\xff\n\n",
        b"text\n\n\xe2\x80\x94 of+fice AAAAAAAA\n",
        b"text\n\n\xe2\x80\x94 office AAAAAAB=\n",
    ],
)
def test_what_is_no_note_is_refused(content):
    """Control characters, another line end, base64 with bits left over: two readers might see different things."""
    with pytest.raises(IntegrityError, match=r"^there: "):
        note.parse(content, "there")


@pytest.mark.parametrize(
    "text", ["", "office", PUBLIC[:-1], PUBLIC.replace("c74f", "c74e"), PUBLIC.replace("Peter", "Petra"), PRIVATE]
)
def test_what_is_no_public_key_is_refused(text):
    """Its id says whether a letter was mistyped."""
    with pytest.raises(UsageError, match="public key"):
        note.public_key(text)


def test_a_private_key_is_not_shown():
    """Not by its repr, nor by what is said of one that cannot be read."""
    broken = PRIVATE.replace("c74f20a3", "00000000")

    assert "AYEKFAL" not in repr(note.private_key(PRIVATE))
    with pytest.raises(UsageError) as error:
        note.private_key(broken)
    assert "AYEKFAL" not in str(error.value)
    for wrong in ("", PUBLIC, PRIVATE[:-4]):
        with pytest.raises(UsageError, match=re.escape("a private key")):
            note.private_key(wrong)
    for name in ("", "an office", "a+b"):
        with pytest.raises(UsageError, match="name of a key"):
            note.new_key(name)

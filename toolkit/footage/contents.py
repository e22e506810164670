"""
What a file is, by its first bytes and never by its name.

Only the containers listed here are opened, each by the one demuxer named for it. So no playlist (HLS, DASH, concat,
SDP) is ever followed to another file: to ffmpeg those are containers too, and its own guess would open them.
"""

HEAD_BYTES = 4096
"""How much of a file is read to tell what it is; the furthest mark looked for is at byte 384 (BDAV packets)."""

_MARKS = (  # at which byte, what, and the demuxer for it
    (0, b"\x1aE\xdf\xa3", "matroska"),  # EBML: Matroska, WebM
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),  # ASF header object: WMV
    (0, b"\x00\x00\x01\xba", "mpeg"),  # MPEG programme stream pack header
    (0, b"\x06\x0e\x2b\x34", "mxf"),  # SMPTE 377M partition pack
    (0, b"FLV\x01", "flv"),
    (0, b"DHAV", "dhav"),  # Dahua recorders
)
_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")  # what an ISO/QuickTime file begins with
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"v=0\r\n", b"v=0\n", b"[playlist]", b"[Reference]", b"<asx", b"<smil")


def demuxer_of(head: bytes) -> str | None:
    r"""
    Return the name of ffmpeg's demuxer for a file that begins with *head*, None if it is of no known type.

    >>> demuxer_of(b"\x00\x00\x00\x20ftypisom")
    'mov'
    >>> demuxer_of(b"#EXTM3U")
    """
    for offset, mark, demuxer in _MARKS:
        if head[offset : offset + len(mark)] == mark:
            return demuxer
    if head[4:8] in _ATOMS:
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if any(_packets(head, start, step) for start, step in ((0, 188), (4, 192))):
        return "mpegts"
    return None


def is_playlist(head: bytes) -> bool:
    """
    Tell whether a file that begins with *head* is a list of other files.

    >>> is_playlist(b"ffconcat version 1.0")
    True
    """
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<?xml"):
        return b"<MPD" in text or b"<smil" in text
    return text.startswith(_PLAYLISTS)


def _packets(head: bytes, start: int, step: int) -> bool:
    """Tell whether *head* holds MPEG transport packets of *step* bytes: each begins with 0x47 (ISO/IEC 13818-1)."""
    marks = head[start : start + 3 * step : step]
    return len(marks) > 1 and set(marks) == {0x47}

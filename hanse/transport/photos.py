"""Photos: a JPEG as it is kept, without what cameras write beside the picture (place, time, owner, comments). Pure.

The picture itself is not touched: its segments are copied, all that applications and people may add is left out. So the same photo has the
same hash wherever it comes from.
"""

import hashlib
from base64 import b64decode
from binascii import Error
from dataclasses import dataclass

MOST_BYTES = 600_000
"""A photo may have so many bytes; the driver's page makes them smaller before they are sent."""
START, SCAN, END = 0xD8, 0xDA, 0xD9
PICTURE = frozenset({0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD, 0xE0})
"""Segments that make the picture: frames, tables, restart interval, and the header that says that it is a JPEG."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo with the hash that it is known by."""

    sha256: str
    body: bytes


@dataclass(frozen=True, slots=True)
class NotAPhoto:
    """Why something is not taken as a photo."""

    why: str


def photo_of(text: str) -> Photo | NotAPhoto:
    """A photo from Base64, cleaned."""
    try:
        raw = b64decode(text, validate=True)
    except (Error, ValueError):
        return NotAPhoto("A photo is sent in Base64.")
    if len(raw) > MOST_BYTES:
        return NotAPhoto(f"A photo has at most {MOST_BYTES:,} bytes; this one has {len(raw):,}.")
    body = cleaned(raw)
    return Photo(hashlib.sha256(body).hexdigest(), body) if body else NotAPhoto("This is no JPEG.")


def cleaned(raw: bytes) -> bytes:
    """A JPEG with the segments of its picture only; nothing where it is none."""
    if raw[:2] != bytes((0xFF, START)):
        return b""
    kept, at, framed = bytearray(raw[:2]), 2, False
    while at + 4 <= len(raw) and raw[at] == 0xFF:
        marker, size = raw[at + 1], int.from_bytes(raw[at + 2:at + 4], "big")
        if marker == SCAN:
            end = raw.rfind(bytes((0xFF, END)))
            return bytes(kept + raw[at:end + 2]) if framed and end > at else b""
        if size < 2:
            return b""
        if marker in PICTURE:
            kept += raw[at:at + 2 + size]
            framed = framed or marker in (0xC0, 0xC1, 0xC2)
        at += 2 + size
    return b""

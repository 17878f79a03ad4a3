"""Photos: what cameras write beside the picture is gone, the picture stays, and what is none is refused."""

import hashlib
from base64 import b64encode

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from hanse.transport.photos import MOST_BYTES, NotAPhoto, Photo, cleaned, photo_of


def segment(marker, body):
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body


PICTURE = segment(0xDB, b"q" * 65) + segment(0xC0, b"frame") + segment(0xC4, b"huffman")
SCAN = segment(0xDA, b"scan") + b"\x12\xff\x00\x34" + b"\xff\xd9"
PLAIN = b"\xff\xd8" + segment(0xE0, b"JFIF\x00") + PICTURE + SCAN
EXIF = segment(0xE1, b"Exif\x00\x00 N53.55 E9.99 Ann's phone")


def test_place_and_owner_are_taken_out_of_a_photo_and_its_hash_is_that_of_the_picture():
    told = photo_of(b64encode(b"\xff\xd8" + EXIF + segment(0xE0, b"JFIF\x00") + segment(0xFE, b"a comment") + PICTURE + segment(0xED, b"IPTC") + SCAN + b"trailer").decode())
    assert told == photo_of(b64encode(PLAIN).decode()) == Photo(hashlib.sha256(PLAIN).hexdigest(), PLAIN)


@pytest.mark.parametrize("text, why", [
    ("not base64!", "A photo is sent in Base64."),
    (b64encode(b"GIF89a").decode(), "This is no JPEG."),
    (b64encode(b"\xff\xd8" + EXIF).decode(), "This is no JPEG."),
    (b64encode(b"\xff\xd8" + SCAN).decode(), "This is no JPEG."),
    (b64encode(b"x" * (MOST_BYTES + 1)).decode(), "A photo has at most 600,000 bytes; this one has 600,001."),
])
def test_what_is_no_photo_is_refused(text, why):
    assert photo_of(text) == NotAPhoto(why)


@any_of(st.binary(max_size=200))
def test_whatever_comes_is_cleaned_or_none(raw):
    found = cleaned(b"\xff\xd8" + raw)
    assert found == b"" or (found.startswith(b"\xff\xd8") and found.endswith(b"\xff\xd9") and cleaned(found) == found)

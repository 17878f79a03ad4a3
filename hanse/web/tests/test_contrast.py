"""Whoever sees little reads it too: text reaches 4.5:1 and marks 3:1 on their ground, in both themes."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[1] / "static/hanse/hanse.css").read_text()
GROUNDS = ("canvas", "surface", "sunken", "hover", "selected")
TEXT = [(text, ground) for text in ("ink", "text", "quiet", "primary") for ground in GROUNDS] + [
    *[(kind, f"{kind}-bg") for kind in ("good", "watch", "bad", "busy", "idle")],
    *[("ink", f"{kind}-bg") for kind in ("good", "watch", "bad", "busy", "idle")],
    *[("primary", f"{kind}-bg") for kind in ("good", "watch", "bad", "idle")],
    *[(kind, "surface") for kind in ("good", "watch", "bad", "busy", "idle")],
    ("on-primary", "primary"), ("primary-strong", "selected"), ("quiet", "busy-bg"),
]
MARKS = [(mark, ground) for mark in ("good-mark", "watch-mark", "bad-mark", "line-field", "focus") for ground in ("canvas", "surface")] + [
    ("line-field", "sunken"), ("c-delivered", "surface"), ("c-shipped", "surface"), ("c-packed", "surface")]


def tokens(theme: str) -> dict[str, str]:
    block = re.search(r"\[data-bs-theme=" + theme + r"\] \{(.*?)\n\}", CSS, re.S)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block[1]))


def luminance(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("pairs, least", [(TEXT, 4.5), (MARKS, 3.0)])
def test_every_pair_of_tokens_reaches_its_contrast(theme, pairs, least):
    has = tokens(theme)
    weak = {f"{front} on {ground}": round(contrast(has[front], has[ground]), 2)
            for front, ground in pairs if contrast(has[front], has[ground]) < least}
    assert not weak


def test_both_themes_have_the_same_tokens():
    assert tokens("light").keys() == tokens("dark").keys()


def test_colours_are_written_as_tokens_only():
    rules = CSS.split("/* Tabler, retuned */")[1].split("/* on paper")[0]
    allowed = {"#fff", "#a81f18", "#14263d", "#0c1520"}  # the red screen of a wrong scan, and text on a coloured bar
    picture = {"#b9c4d0", "#2c5f99", "#3f78b8", "#9aa8b7"}
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) <= allowed | picture

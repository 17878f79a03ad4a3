"""EDI as the real dialogues need it: X12 and EDIFACT split into segments, their counts checked, and the lines of order, despatch and invoice."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

Segment = list[str]
Lines = dict[str, tuple[int, Decimal | None]]
"""By article: units and, where the message says it, the price."""


@dataclass
class Dialogue:
    """What one dialogue says: lines ordered, shipped and invoiced by document, and the messages whose counts are wrong."""

    ordered: Lines = field(default_factory=dict)
    shipped: Lines = field(default_factory=dict)
    invoices: list[tuple[str, Lines]] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)


def dialogue(folder: Path) -> Dialogue:
    """Read a folder in order of arrival; a message whose trailer counts wrongly is kept out, as it would be rejected."""
    told = Dialogue()
    for path in sorted(folder.iterdir()):
        text = path.read_text(encoding="latin-1").strip()
        kind, segments = path.stem.split("_")[-1], x12(text) if text.startswith("ISA") else edifact(text)
        if trouble := miscounted(segments):
            told.wrong[path.name] = trouble
        elif kind in ("850", "ORDERS"):
            told.ordered = lines_of(kind, segments)
        elif kind in ("856", "DESADV"):
            told.shipped = lines_of(kind, segments)
        elif kind in ("810", "INVOIC"):
            told.invoices.append((number_of(kind, segments), lines_of(kind, segments)))
    return told


def x12(text: str) -> list[Segment]:
    """The segments of an interchange: its header says how elements and segments end."""
    element, end = text[3], text[105]
    return [part.strip().split(element) for part in text.split(end) if part.strip()]


def edifact(text: str) -> list[Segment]:
    """The segments of an interchange; a released character stands for itself."""
    parts = re.split(r"(?<!\?)'", text.removeprefix("UNA:+.? '"))
    return [re.split(r"(?<!\?)\+", part.strip()) for part in parts if part.strip()]


def miscounted(segments: list[Segment]) -> str:
    """How a message's own count of its segments differs from what there is; empty where it does not."""
    begins = next(i for i, s in enumerate(segments) if s[0] in ("ST", "UNH"))
    ends = next(i for i, s in enumerate(segments) if s[0] in ("SE", "UNT"))
    says, counted = int(segments[ends][1]), ends - begins + 1
    word = "SE01" if segments[ends][0] == "SE" else "UNT"
    return "" if says == counted else f"{word}={says} counted={counted}"


def number_of(kind: str, segments: list[Segment]) -> str:
    """The number of an invoice."""
    return next(s[2] for s in segments if s[0] == ("BIG" if kind == "810" else "BGM"))


def lines_of(kind: str, segments: list[Segment]) -> Lines:
    """The lines of a message by article."""
    found: Lines = {}
    sku, units = "", 0
    for s in segments:
        if kind in ("850", "810") and s[0] in ("PO1", "IT1"):
            found[s[s.index("VP") + 1]] = int(s[2]), Decimal(s[4])
        elif kind == "856" and s[0] == "LIN":
            sku = s[s.index("VP") + 1]
        elif kind == "856" and s[0] == "SN1":
            found[sku] = int(s[2]), None
        elif s[0] == "LIN" and kind in ("ORDERS", "DESADV", "INVOIC"):
            sku = s[3].split(":")[0]
        elif s[0] == "QTY":
            code, units = s[1].split(":")[0], int(s[1].split(":")[1])
            if code == {"ORDERS": "21", "DESADV": "12", "INVOIC": "47"}.get(kind):
                found[sku] = units, None
        elif s[0] == "PRI" and sku:
            found[sku] = found[sku][0], Decimal(s[1].split(":")[1])
    return found

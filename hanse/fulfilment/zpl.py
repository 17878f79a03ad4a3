"""ZPL: the carton label for a label printer of 203 dots to an inch, A6. The same words and bar codes as on paper.

Bar codes are `^BC` in UCC/EAN mode: the printer puts FNC1 in front, takes the brackets away, and `>8` is FNC1 between two elements.
"""

from collections.abc import Iterator, Sequence

from hanse.kernel.gs1 import Element, fixed

from .label_codes import modules, symbols
from .paper import Paper

WIDE, HIGH, EDGE, DOTS = 840, 1184, 40, 8
"""The label and its edge in dots, and the dots to a millimetre."""
MODULE, LEAST_MODULE = 4, 2
HIGHEST, MIDDLE_FROM, MIDDLE_TO = 128, 420, 810


def label_zpl(paper: Paper) -> str:
    """A carton's label."""
    return "\n".join(["^XA", "^CI28", f"^PW{WIDE}", f"^LL{HIGH}", *_words(paper), *_codes(paper), "^XZ"]) + "\n"


def _words(paper: Paper) -> Iterator[str]:
    y = 32
    ref = f"   Your ref. {paper.ref}" if paper.ref else ""
    weight = f"   {paper.weight_g / 1000:.2f} kg" if paper.weight_g else ""
    lines = [
        (22, f"From {paper.from_name}"), (22, ", ".join(filter(None, [paper.from_street, paper.from_city, paper.from_country]))), (24, "To"), (44, paper.to_name),
        *([(32, paper.receiver)] if paper.receiver else []), (36, paper.to_street), (44, f"{paper.to_postcode} {paper.to_city}".strip()), (36, paper.to_country),
        (26, f"Order {paper.order}{ref}"), (26, f"Carton {paper.count} of {paper.of}{weight}"),
    ]  # fmt: skip
    for size, words in lines:
        yield f"^FO{EDGE},{y}^A0N,{size}^TBN,{WIDE - 2 * EDGE},{size + 2}^FH^FD{_safe(words)}^FS"
        y += size + 8


def _codes(paper: Paper) -> Iterator[str]:
    *upper, lowest = symbols(paper)
    room = (MIDDLE_TO - MIDDLE_FROM) // max(1, len(upper))
    for n, elements in enumerate(upper):
        yield _bars(MIDDLE_TO - (len(upper) - n) * room, min(HIGHEST, room - 44), elements)
    yield _bars(MIDDLE_TO + 20, 256, lowest)


def _bars(y: int, height: int, elements: Sequence[Element]) -> str:
    """A GS1-128 bar code as wide as fits, its text below."""
    wide = modules(elements)
    dots = max(LEAST_MODULE, min(MODULE, (WIDE - 2 * EDGE) // wide))
    return f"^FO{(WIDE - dots * wide) // 2},{y}^BY{dots}^BCN,{height},Y,N,N,D^FD{data(elements)}^FS"


def data(elements: Sequence[Element]) -> str:
    """Elements as `^BC` in UCC/EAN mode takes them; `>` in a value is written `>0`."""
    last = len(elements) - 1
    return "".join(f"({ai}){value.replace('>', '>0')}" + (">8" if n < last and not fixed(ai) else "") for n, (ai, value) in enumerate(elements))


def _safe(words: str) -> str:
    """Words without anything that a printer takes for a command."""
    return "".join(f"_{ord(c):02X}" if c in "^~_" else c for c in words if c.isprintable())

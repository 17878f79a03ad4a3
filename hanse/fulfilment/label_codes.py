"""Label codes: the GS1 application identifiers that apply to a carton, and how they stand in bar codes. Pure.

The SSCC stands alone in the lowest bar code. Above it where to (420, 421), the weight on the scale (330n) and the customer's order number
(400); on top what is in it (02, 37, 10), where all of it has one GTIN. A value that GS1 cannot say, such as a reference with blanks, stands
in the human text only.
"""

from collections.abc import Sequence
from functools import cache

from babel.core import get_global
from reportlab.graphics.barcode.code128 import Code128

from hanse.kernel.gs1 import Element, element_string, sayable

from .paper import Item, Paper

ROOM_MM, MODULE_MM, LEAST_MODULE_MM = 95, 0.5, 0.25
"""How wide a bar code may get on a label of 105 mm, and its narrowest bar, wide and at least."""
MOST_LETTERS = 48
"""A GS1-128 bar code holds no more."""
MOST_COUNT = 99_999_999


def symbols(paper: Paper) -> list[list[Element]]:
    """The bar codes of a label from top to bottom, each as the elements in it."""
    return [*_fitted(content(paper.contents)), *_fitted([*_way(paper), *_weight(paper.scale_g), *_order(paper.ref)]), [("00", paper.sscc)]]


def content(inside: Sequence[Item]) -> list[Element]:
    """What is in a carton that holds one GTIN, counted in pieces: 02 with 37, and 10 where all is of one lot."""
    gtins, lots = {it.gtin for it in inside}, {it.lot for it in inside}
    count = sum(it.quantity for it in inside)
    if len(gtins) != 1 or "" in gtins or count > MOST_COUNT or any(it.stock_unit != "piece" for it in inside):
        return []
    lot = lots.pop() if len(lots) == 1 else ""
    return [("02", gtins.pop().zfill(14)), ("37", str(count)), *([("10", lot)] if sayable(lot, 20) else [])]


def _way(paper: Paper) -> list[Element]:
    """Where to: 420 with the postcode inside a country, 421 with country and postcode abroad."""
    postcode = "".join(c for c in paper.to_postcode.upper() if c.isascii() and c.isalnum())
    if not postcode:
        return []
    if paper.to_country == paper.from_country:
        return [("420", postcode[:20])]
    numeric = numeric_country(paper.to_country)
    return [("421", f"{numeric}{postcode[:9]}")] if numeric else []


def _weight(scale_g: int | None) -> list[Element]:
    """The gross weight on the scale: in grams as far as six digits go, else in whole kilograms."""
    if not scale_g:
        return []
    return [("3303", f"{scale_g:06d}")] if scale_g < 10**6 else [("3300", f"{(scale_g + 500) // 1000:06d}")]


def _order(ref: str) -> list[Element]:
    return [("400", ref)] if sayable(ref, 30) else []


def _fitted(elements: Sequence[Element]) -> list[list[Element]]:
    """The elements in as few bar codes as hold them; one that fits none by itself is left out."""
    found: list[list[Element]] = []
    for element in elements:
        if found and fits([*found[-1], element]):
            found[-1].append(element)
        elif fits([element]):
            found.append([element])
    return found


def fits(elements: Sequence[Element]) -> bool:
    """Whether elements go into one bar code on the label."""
    return len(element_string(elements)) <= MOST_LETTERS and modules(elements) * LEAST_MODULE_MM <= ROOM_MM


def modules(elements: Sequence[Element]) -> int:
    """How many of its narrowest bars a bar code is wide."""
    return round(Code128(drawn(elements), barWidth=1, quiet=0).width)


def drawn(elements: Sequence[Element]) -> str:
    """The element string as the bar code is drawn from it: a function character in front and where a value ends."""
    return "\xf1" + element_string(elements, "\xf1")


RENUMBERED = {"DE": "276", "ET": "231", "FR": "250", "SD": "729", "YE": "887"}
"""Countries that had other numbers before, and the one they have now."""


@cache
def numeric_country(alpha: str) -> str:
    """The ISO 3166 number of a country; empty for none. Numbers from 900 on are nobody's."""
    numbers = [code for code, names in get_global("territory_aliases").items() if code.isdigit() and len(code) == 3 and code < "900" and names == [alpha]]
    return RENUMBERED.get(alpha) or next(iter(numbers), "")

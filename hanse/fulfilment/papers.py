"""Papers of the floor: the carton label with its SSCC as GS1-128, and the packing slip.

The label shows what GS1 asks of a logistic label: free text on top, the human text in the middle, bar codes below with
the SSCC's lowest. It shows the address version that the carton was labelled with. A packing slip shows no prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from babel.core import get_global
from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.journal.asking import rows
from hanse.kernel import fonts

WIDE, HIGH, EDGE = 105 * mm, 148 * mm, 5 * mm
FNC1 = "\xf1"
MODULE, LEAST_MODULE = 0.5 * mm, 0.25 * mm
RULE, QUIET = HexColor("#c9ced4"), HexColor("#5c6670")


@dataclass(frozen=True, slots=True)
class Item:
    """Units of a line in a carton, beside what was ordered of it and what is still to come."""

    position: int
    sku: str
    gtin: str
    name: str
    lot: str
    serials: list[str]
    quantity: int
    ordered: int
    outstanding: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A carton as its papers show it."""

    sscc: str
    order: str
    ref: str
    from_name: str
    from_street: str
    from_city: str
    from_country: str
    to_name: str
    to_street: str
    to_postcode: str
    to_city: str
    to_country: str
    receiver: str
    packed_at: datetime
    weight_g: int | None
    promised_on: date | None
    count: int
    of: int
    items: list[dict]

    @property
    def contents(self) -> list[Item]:
        """What is in the carton, line by line."""
        return [Item(**item) for item in self.items]


PAPERS = """
SELECT k.sscc, 'H-' || k.order_id, o.ref, s.name, s.street, concat_ws(' ', nullif(s.postcode, ''), nullif(s.city, '')), s.country,
       d.name, d.street, d.postcode, d.city, d.country, o.receiver, k.packed_at, coalesce(k.weight_g, k.expected_g), o.promised_on,
       (SELECT count(*) FROM fulfilment_carton y WHERE y.order_id = k.order_id AND y.opened_at IS NULL AND y.id <= k.id), (SELECT count(*) FROM fulfilment_carton y WHERE y.order_id = k.order_id AND y.opened_at IS NULL),
       (SELECT json_agg(json_build_object('position', x.position, 'sku', x.sku, 'gtin', x.gtin, 'name', x.name, 'lot', x.lot, 'serials', x.serials,
                                          'quantity', x.quantity, 'ordered', x.ordered, 'outstanding', x.outstanding) ORDER BY x.position, x.lot)
          FROM (SELECT l.position, i.sku, coalesce(i.gtin, '') AS gtin, i.name, c.lot, coalesce(array_agg(c.serial ORDER BY c.serial) FILTER (WHERE c.serial <> ''), '{}') AS serials,
                       sum(c.quantity) AS quantity, l.ordered - l.cancelled AS ordered, l.ordered - l.cancelled - l.packed + l.unpacked AS outstanding
                  FROM fulfilment_content c JOIN orders_line l ON l.id = c.line_id JOIN catalogue_item i ON i.id = c.item_id
                 WHERE c.carton_id = k.id GROUP BY l.id, i.id, c.lot) x)
  FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id JOIN network_site s ON s.id = k.site_id JOIN partners_address d ON d.id = k.address_id
 WHERE k.sscc = %(sscc)s::text OR k.order_id = %(order)s::bigint ORDER BY k.id
"""


def carton_label(sscc: str) -> bytes | None:
    """The label of a carton as PDF (A6); nothing where there is no such carton."""
    found = rows(Paper, PAPERS, sscc=sscc, order=0)
    return label_pdf(found[0]) if found else None


def packing_slip(sscc: str = "", order: int = 0) -> bytes | None:
    """The packing slip of a carton, or of all cartons of an order, a page each; nothing where there is none."""
    found = rows(Paper, PAPERS, sscc=sscc, order=order)
    return slip_pdf(found) if found else None


# -- the label ----------------------------------------------------------------------------------------------------------


def label_pdf(paper: Paper) -> bytes:
    """A carton's label: who sends, who receives, what it is, and the bar codes."""
    fonts.register()
    out = BytesIO()
    canvas = Canvas(out, pagesize=(WIDE, HIGH), invariant=1)
    canvas.setTitle(f"Carton {paper.sscc}")
    y = _lines(canvas, HIGH - 5 * mm, [(7, False, f"From {paper.from_name}"), (7, False, ", ".join(filter(None, [paper.from_street, paper.from_city, paper.from_country])))])
    y = _lines(canvas, y - 1 * mm, [
        (8, False, "To"), (13, True, paper.to_name), *([(10, False, paper.receiver)] if paper.receiver else []), (11, False, paper.to_street),
        (13, True, f"{paper.to_postcode} {paper.to_city}".strip()), (11, True, paper.to_country)])
    canvas.line(EDGE, y, WIDE - EDGE, y)
    facts = [f"Order {paper.order}" + (f"   Your ref. {paper.ref}" if paper.ref else ""), f"Carton {paper.count} of {paper.of}" + _weight(paper)]
    _lines(canvas, y - 1 * mm, [(8, False, fact) for fact in facts])
    _bars(canvas, 5 * mm, 32 * mm, "00" + paper.sscc, f"(00) {paper.sscc}")
    if ship_to := routing(paper):
        _bars(canvas, 46 * mm, 16 * mm, ship_to, f"({ship_to[:3]}) {ship_to[3:]}")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def routing(paper: Paper) -> str:
    """Where to, as element string: 420 with the postcode inside a country, 421 with country and postcode abroad."""
    postcode = "".join(c for c in paper.to_postcode.upper() if c.isascii() and c.isalnum())
    if not postcode:
        return ""
    if paper.to_country == paper.from_country:
        return "420" + postcode[:20]
    numeric = numeric_country(paper.to_country)
    return f"421{numeric}{postcode[:9]}" if numeric else ""


RENUMBERED = {"DE": "276", "ET": "231", "FR": "250", "SD": "729", "YE": "887"}
"""Countries that had other numbers before, and the one they have now."""


@cache
def numeric_country(alpha: str) -> str:
    """The ISO 3166 number of a country; empty for none. Numbers from 900 on are nobody's."""
    numbers = [code for code, names in get_global("territory_aliases").items() if code.isdigit() and len(code) == 3 and code < "900" and names == [alpha]]
    return RENUMBERED.get(alpha) or next(iter(numbers), "")


def _bars(canvas: Canvas, bottom: float, height: float, data: str, text: str) -> None:
    """A GS1-128 bar code as wide as fits, its text below."""
    room = WIDE - 2 * EDGE
    modules = Code128(FNC1 + data, barWidth=1, quiet=0).width
    width = max(LEAST_MODULE, min(MODULE, room / modules))
    bars = Code128(FNC1 + data, barWidth=width, barHeight=height, quiet=0, humanReadable=0)
    bars.drawOn(canvas, (WIDE - bars.width) / 2, bottom + 4 * mm)
    canvas.setFont(fonts.PLAIN, 9)
    canvas.drawCentredString(WIDE / 2, bottom, text)


def _lines(canvas: Canvas, y: float, texts: Sequence[tuple[float, bool, str]]) -> float:
    """Lines of text downwards, cut where they would leave the label; gives the place below."""
    for size, bold, text in texts:
        font = fonts.BOLD if bold else fonts.PLAIN
        while canvas.stringWidth(text, font, size) > WIDE - 2 * EDGE:
            text = text[:-2].rstrip() + "…"
        y -= size * 1.3
        canvas.setFont(font, size)
        canvas.drawString(EDGE, y, text)
    return y - 4


def _weight(paper: Paper) -> str:
    return f"   {paper.weight_g / 1000:.2f} kg" if paper.weight_g else ""


# -- the packing slip -----------------------------------------------------------------------------------------------------


def slip_pdf(papers: Sequence[Paper]) -> bytes:
    """Packing slips, one carton after another: what is in it, of how many, and what is still to come."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=18 * mm - 6, rightMargin=18 * mm - 6, topMargin=18 * mm, bottomMargin=18 * mm, title=f"Packing slip {papers[0].order}", invariant=1)
    story: list[Flowable] = []
    for n, paper in enumerate(papers):
        story += [PageBreak()] * (n > 0) + _slip(paper)
    doc.build(story)
    return out.getvalue()


def _slip(paper: Paper) -> list[Flowable]:
    to = [paper.to_name, paper.receiver, paper.to_street, f"{paper.to_postcode} {paper.to_city}".strip(), paper.to_country]
    facts = [("Order", paper.order), ("Your reference", paper.ref), ("Carton", f"{paper.sscc}, {paper.count} of {paper.of}"), ("Packed", f"{paper.packed_at:%Y-%m-%d}"), ("Weight", _weight(paper).strip())]
    right = Table([[_text(name, 9, quiet=True), _text(value)] for name, value in facts if value], colWidths=[32 * mm, 52 * mm], style=TIGHT)
    head = Table([[[_text(part, 10) for part in to if part], right]], colWidths=[90 * mm, 84 * mm], style=TIGHT)
    table = Table(
        [[_text(h, 8, quiet=True) for h in ("", "Item", "GTIN", "Lot or serials", "Ordered", "In here", "To come")], *[_row(i) for i in paper.contents]],
        colWidths=[8 * mm, 58 * mm, 30 * mm, 36 * mm, 14 * mm, 14 * mm, 14 * mm], repeatRows=1, style=GRID)
    back = _text(f"Something missing, broken or not wanted? Name order {paper.order} and carton {paper.sscc}, and write to {', '.join(filter(None, [paper.from_name, paper.from_street, paper.from_city]))}.", 8, quiet=True)
    return [_text("Packing slip", 18, bold=True), Spacer(0, 6 * mm), head, Spacer(0, 6 * mm), table, Spacer(0, 6 * mm), back]


def _row(item: Item) -> list:
    tracked = ", ".join(filter(None, [item.lot, *item.serials]))
    return [_text(str(item.position)), [_text(item.name), _text(item.sku, 7.5, quiet=True)], _text(item.gtin), _text(tracked), *[_text(str(n)) for n in (item.ordered, item.quantity, item.outstanding)]]


TIGHT = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])
GRID = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 3)])


def _text(words: str, size: float = 9, bold: bool = False, quiet: bool = False) -> Paragraph:
    style = ParagraphStyle("p", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35, textColor=QUIET if quiet else HexColor("#000000"))
    return Paragraph(escape(words), style)

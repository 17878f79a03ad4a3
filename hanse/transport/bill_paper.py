"""Bill of lading: the standard form of VICS, filled in as far as we know it; the number as bar code with AI 402.

What only carrier and shipper can say when they stand at the truck (NMFC and class of less than truckload, signatures) stays empty for
their hands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.fulfilment.label_codes import drawn
from hanse.journal.asking import rows
from hanse.kernel import fonts
from hanse.kernel.gs1 import said_elements


@dataclass(frozen=True, slots=True)
class BillPaper:
    """A bill of lading as its form shows it: orders and packages are read from its shipments."""

    number: str
    drawn_at: datetime
    zone: str
    from_name: str
    from_street: str
    from_city: str
    from_country: str
    from_gln: str
    to_name: str
    to_street: str
    to_city: str
    to_country: str
    to_gln: str
    carrier: str
    carrier_name: str
    scac: str
    trailer: str
    seal: str
    pro: str
    terms: str
    bill_to: str
    loaded_by: str
    counted_by: str
    instructions: str
    shipments: list[int]
    orders: list[dict[str, Any]]
    packages: list[dict[str, Any]]


PAPER = """
SELECT b.number, b.drawn_at, n.zone, n.name, n.street, trim(n.postcode || ' ' || n.city), n.country, n.gln, a.name, a.street, trim(a.postcode || ' ' || a.city), a.country, a.gln,
       c.code, c.name, c.scac, b.trailer, b.seal, b.pro, b.terms, b.bill_to, b.loaded_by, b.counted_by, b.instructions,
       ARRAY(SELECT s.id FROM transport_shipment s WHERE s.bill_id = b.id ORDER BY s.id),
       (SELECT json_agg(json_build_object('order', 'H-' || x.order_id, 'ref', x.ref, 'packages', x.packages, 'grams', x.grams, 'unweighed', x.unweighed) ORDER BY x.order_id)
          FROM (SELECT s.order_id, o.ref, count(*) FILTER (WHERE p.rides_with_id IS NULL) AS packages, sum(coalesce(k.weight_g, k.expected_g)) AS grams,
                       count(*) FILTER (WHERE coalesce(k.weight_g, k.expected_g) IS NULL) AS unweighed
                  FROM transport_shipment s JOIN orders_order o ON o.id = s.order_id JOIN transport_parcel p ON p.shipment_id = s.id JOIN fulfilment_carton k ON k.id = p.carton_id
                 WHERE s.bill_id = b.id GROUP BY s.order_id, o.ref) x),
       (SELECT json_agg(json_build_object('hazards', y.hazards, 'packages', y.packages, 'grams', y.grams) ORDER BY y.hazards)
          FROM (SELECT h.hazards, count(*) AS packages, sum(h.grams) AS grams
                  FROM (SELECT z.package, sum(coalesce(k.weight_g, k.expected_g)) AS grams,
                               ARRAY(SELECT DISTINCT concat_ws(', class ', nullif(i.un_number, ''), nullif(i.hazard_class, ''))
                                       FROM fulfilment_content f JOIN catalogue_item i ON i.id = f.item_id
                                      WHERE f.carton_id = ANY(array_agg(k.id)) AND (i.un_number <> '' OR i.hazard_class <> '') ORDER BY 1) AS hazards
                          FROM (SELECT p.carton_id, coalesce(p.rides_with_id, p.id) AS package
                                  FROM transport_shipment s JOIN transport_parcel p ON p.shipment_id = s.id WHERE s.bill_id = b.id) z
                          JOIN fulfilment_carton k ON k.id = z.carton_id GROUP BY z.package) h
                 GROUP BY h.hazards) y)
  FROM transport_bill b JOIN network_site n ON n.id = b.site_id JOIN transport_carrier c ON c.id = b.carrier_id JOIN partners_address a ON a.id = b.address_id
 WHERE b.number = %(number)s::text
"""


def bill(number: str) -> BillPaper | None:
    """A bill of lading by its number."""
    return next(iter(rows(BillPaper, PAPER, number=number)), None)


WIDE = 186 * mm
BOX = TableStyle([
    ("BOX", (0, 0), (-1, -1), 0.8, "black"), ("INNERGRID", (0, 0), (-1, -1), 0.4, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)])


def bill_pdf(paper: BillPaper) -> bytes:
    """The form as PDF."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=12 * mm - 6, rightMargin=12 * mm - 6, topMargin=10 * mm, bottomMargin=10 * mm, title=f"Bill of lading {paper.number}", invariant=1)
    doc.build([_boxed([[_cell(f"Date {paper.drawn_at.astimezone(ZoneInfo(paper.zone)):%Y-%m-%d}"), _cell("Bill of lading", 15, bold=True)]], (46, 140)), *_parties(paper), *_orders(paper), *_carried(paper), *_signed(paper)])
    return out.getvalue()


def _parties(paper: BillPaper) -> list[Flowable]:
    """Who sends, who receives, who carries, who pays."""
    number = [_head("Bill of lading number"), _cell(paper.number, 12, bold=True), _code(paper.number)]
    sends = [_head("Ship from"), *_lines(paper.from_name, paper.from_street, f"{paper.from_city}, {paper.from_country}", _said("Location", paper.from_gln)), _cell(f"SID {', '.join(f'S-{n}' for n in paper.shipments)}")]
    receives = [_head("Ship to"), *_lines(paper.to_name, paper.to_street, f"{paper.to_city}, {paper.to_country}", _said("Location", paper.to_gln)), _cell("CID " + ", ".join(o["ref"] for o in paper.orders if o["ref"]))]
    carries = [_head("Carrier"), *_lines(paper.carrier_name, _said("SCAC", paper.scac or paper.carrier), _said("Trailer", paper.trailer), _said("Seal", paper.seal), _said("Pro number", paper.pro))]
    pays = [_head("Third party freight charges bill to"), *_lines(paper.bill_to or "–")]
    terms = [_head("Freight charge terms"), _cell(_boxes((("prepaid", "Prepaid"), ("collect", "Collect"), ("third-party", "3rd party")), paper.terms)), _cell(_boxes((("master", "Master bill with underlying bills"),), ""))]
    found: list[Flowable] = [_boxed([[sends, number], [receives, carries], [pays, terms]], (93, 93))]
    return [*found, _boxed([[[_head("Special instructions"), *_lines(paper.instructions or "–")]]], (186,))]


def _orders(paper: BillPaper) -> list[Flowable]:
    """The customers' orders with packages and weight."""
    total = sum(o["packages"] for o in paper.orders)
    body = [[_cell(o["ref"] or o["order"]), _cell(str(o["packages"])), _cell(_kilograms(o["grams"], o["unweighed"])), _cell("N"), _cell(f"Our order {o['order']}")] for o in paper.orders]
    sums = [_cell("Total", bold=True), _cell(str(total), bold=True), _cell(_kilograms(*_sums(paper)), bold=True), "", ""]
    return [_boxed([[_head(h) for h in ("Customer order number", "Packages", "Weight, kg", "Pallet or slip", "More about the shipper’s order")], *body, sums], (54, 22, 32, 22, 56))]


def _carried(paper: BillPaper) -> list[Flowable]:
    """What the carrier takes: packages, weight, dangerous goods first."""
    body = [[_cell(str(p["packages"])), _cell("CTN"), _cell(str(p["packages"])), _cell("CTN"), _cell(_kilograms(p["grams"], 0)), _cell("X" if p["hazards"] else "", bold=True),
             _cell("; ".join(p["hazards"]) if p["hazards"] else "General merchandise in cartons"), "", ""] for p in sorted(paper.packages, key=lambda p: not p["hazards"])]
    total = str(sum(p["packages"] for p in paper.packages))
    sums = [_cell(total, bold=True), "", _cell(total, bold=True), "", _cell(_kilograms(*_sums(paper)), bold=True), "", _cell("Grand total", bold=True), "", ""]
    heads = ("Handling units", "Type", "Packages", "Type", "Weight, kg", "H.M. (X)", "Commodity description", "NMFC #", "Class")
    return [_boxed([[_head(h) for h in heads], *body, sums], (18, 13, 18, 13, 26, 14, 50, 18, 16)),
            _boxed([[[_head("COD amount"), _cell(" ")], [_head("Declared value"), _cell(" ")]]], (93, 93))]


def _signed(paper: BillPaper) -> list[Flowable]:
    """Who loaded, who counted, and room for the signatures."""
    loaded = [_head("Trailer loaded"), _cell(_boxes((("shipper", "By shipper"), ("driver", "By driver")), paper.loaded_by))]
    counted = [_head("Freight counted"), _cell(_boxes((("shipper", "By shipper"), ("driver-pallets", "By driver, pallets said to contain"), ("driver-pieces", "By driver, pieces")), paper.counted_by))]
    shipper = [_head("Shipper signature and date"), _cell("These goods are properly classified, described, packaged, marked and labelled, and in proper condition for transport.", 6.5), Spacer(0, 14 * mm)]
    carrier = [_head("Carrier signature and pick-up date"), _cell("The carrier has received the packages and the required placards, and has the emergency response information for dangerous goods.", 6.5), Spacer(0, 14 * mm)]
    return [_boxed([[shipper, [*loaded, *counted], carrier]], (62, 62, 62))]


def _sums(paper: BillPaper) -> tuple[int | None, int]:
    known = [o["grams"] for o in paper.orders if o["grams"] is not None]
    return (sum(known) if known else None), sum(o["unweighed"] for o in paper.orders)


def _kilograms(grams: int | None, unweighed: int) -> str:
    said = "" if grams is None else f"{grams / 1000:,.2f}"
    return f"{said} + {unweighed} not weighed".removeprefix(" + ") if unweighed else said


def _boxes(choices: Sequence[tuple[str, str]], chosen: str) -> str:
    return "   ".join(f"[{'X' if value == chosen else '  '}] {word}" for value, word in choices)


def _said(word: str, value: str) -> str:
    return f"{word} {value}" if value else ""


def _lines(*texts: str) -> list[Flowable]:
    return [_cell(text) for text in texts if text]


def _code(number: str) -> Flowable:
    elements = [("402", number)]
    bars = Code128(drawn(elements), barWidth=0.4 * mm, barHeight=13 * mm, quiet=0, humanReadable=0)
    return Table([[bars], [_cell(said_elements(elements), 7.5)]], style=TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 6 * mm), ("TOPPADDING", (0, 0), (-1, -1), 3)]), hAlign="LEFT")


def _boxed(cells: Sequence[Sequence[Any]], widths: Sequence[float]) -> Table:
    return Table(cells, colWidths=[w * WIDE / sum(widths) for w in widths], style=BOX)


def _head(words: str) -> Paragraph:
    return _cell(words, 6.5, bold=True)


def _cell(words: str, size: float = 8.5, bold: bool = False) -> Paragraph:
    return Paragraph(escape(words), ParagraphStyle("c", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.3))

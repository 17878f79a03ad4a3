"""Papers of the floor: the carton label with its SSCC as GS1-128, as PDF and as ZPL, and the packing slip.

The label shows what GS1 asks of a logistic label: free text on top, the human text in the middle, bar codes below with
the SSCC's lowest. It shows the address version that the carton was labelled with. A packing slip shows no prices.
"""

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.journal.asking import rows
from hanse.kernel import fonts
from hanse.kernel.gs1 import Element, said_elements

from .label_codes import LEAST_MODULE_MM, MODULE_MM, ROOM_MM, drawn, modules, symbols
from .paper import Item, Paper, together
from .zpl import label_zpl

WIDE, HIGH, EDGE = 105 * mm, 148 * mm, 5 * mm
MIDDLE, HIGHEST = 45 * mm, 16 * mm
"""The room for bar codes between the text and the SSCC, and how high they get there."""
RULE, QUIET = HexColor("#c9ced4"), HexColor("#5c6670")


PAPERS = """
SELECT k.sscc, 'H-' || k.order_id, o.ref, s.name, s.street, concat_ws(' ', nullif(s.postcode, ''), nullif(s.city, '')), s.country,
       d.name, d.street, d.postcode, d.city, d.country, o.receiver, k.packed_at, coalesce(k.weight_g, k.expected_g), o.promised_on,
       (SELECT count(*) FROM fulfilment_carton y WHERE y.order_id = k.order_id AND y.opened_at IS NULL AND y.id <= k.id),
       (SELECT count(*) FROM fulfilment_carton y WHERE y.order_id = k.order_id AND y.opened_at IS NULL),
       (SELECT json_agg(json_build_object('position', x.position, 'sku', x.sku, 'gtin', x.gtin, 'name', x.name, 'lot', x.lot, 'serials', x.serials,
                                          'quantity', x.quantity, 'ordered', x.ordered, 'outstanding', x.outstanding, 'stock_unit', x.stock_unit, 'kit', x.kit,
                                          'kit_sku', x.kit_sku, 'kit_name', x.kit_name, 'kits', x.kits, 'instead_of', x.instead_of, 'over_of', x.over_of)
                        ORDER BY coalesce(x.kit, x.over_of, x.position), x.position, x.lot)
          FROM (SELECT l.position, i.sku, coalesce(i.gtin, '') AS gtin, i.name, c.lot, coalesce(array_agg(c.serial ORDER BY c.serial) FILTER (WHERE c.serial <> ''), '{}') AS serials,
                       sum(c.quantity) AS quantity, l.ordered - l.cancelled AS ordered, l.ordered - l.cancelled - l.packed + l.unpacked AS outstanding, i.stock_unit,
                       l.kit, coalesce(ki.sku, '') AS kit_sku, coalesce(ki.name, '') AS kit_name, (l.ordered - l.cancelled) / l.per_kit AS kits, coalesce(oi.sku, '') AS instead_of, mo.position AS over_of
                  FROM fulfilment_content c JOIN orders_line l ON l.id = c.line_id JOIN catalogue_item i ON i.id = c.item_id
                  LEFT JOIN orders_kit kt ON kt.order_id = l.order_id AND kt.position = l.kit LEFT JOIN catalogue_item ki ON ki.id = kt.item_id
                  LEFT JOIN orders_line mo ON mo.id = l.over_of_id LEFT JOIN orders_line ol ON ol.id = l.substitute_of_id LEFT JOIN catalogue_item oi ON oi.id = ol.item_id
                 WHERE c.carton_id = k.id GROUP BY l.id, i.id, c.lot, ki.id, oi.id, mo.position) x), k.weight_g
  FROM fulfilment_carton k JOIN orders_order o ON o.id = k.order_id JOIN network_site s ON s.id = k.site_id JOIN partners_address d ON d.id = k.address_id
 WHERE (k.sscc = %(sscc)s::text OR k.order_id = %(order)s::bigint OR k.inside_id = (SELECT id FROM fulfilment_carton WHERE sscc = %(sscc)s::text)) AND k.opened_at IS NULL
 ORDER BY k.sscc <> %(sscc)s::text, k.id
"""
"""A carton first, then those that lie in it; or all of an order."""


def carton_label(sscc: str) -> bytes | None:
    """The label of a carton as PDF (A6), for all that lies in it; nothing where there is no such carton."""
    found = rows(Paper, PAPERS, sscc=sscc, order=0)
    return label_pdf(together(found)) if found else None


def carton_label_zpl(sscc: str) -> str | None:
    """The label of a carton for a label printer, for all that lies in it; nothing where there is no such carton."""
    found = rows(Paper, PAPERS, sscc=sscc, order=0)
    return label_zpl(together(found)) if found else None


def packing_slip(sscc: str = "", order: int = 0) -> bytes | None:
    """The packing slip of a carton and of each that lies in it, or of all cartons of an order, a page each; nothing where there is none."""
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
    *upper, lowest = symbols(paper)
    _bars(canvas, 5 * mm, 32 * mm, lowest)
    room = MIDDLE / max(1, len(upper))
    for n, elements in enumerate(reversed(upper)):
        _bars(canvas, 45 * mm + n * room, min(HIGHEST, room - 6 * mm), elements)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _bars(canvas: Canvas, bottom: float, height: float, elements: Sequence[Element]) -> None:
    """A GS1-128 bar code as wide as fits, its text below."""
    width = max(LEAST_MODULE_MM, min(MODULE_MM, ROOM_MM / modules(elements))) * mm
    bars = Code128(drawn(elements), barWidth=width, barHeight=height, quiet=0, humanReadable=0)
    bars.drawOn(canvas, (WIDE - bars.width) / 2, bottom + 4 * mm)
    canvas.setFont(fonts.PLAIN, 9 if len(elements) == 1 else 7)
    canvas.drawCentredString(WIDE / 2, bottom, said_elements(elements))


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
    right = Table([[text(name, 9, quiet=True), text(value)] for name, value in facts if value], colWidths=[32 * mm, 52 * mm], style=TIGHT)
    head = Table([[[text(part, 10) for part in to if part], right]], colWidths=[90 * mm, 84 * mm], style=TIGHT)
    table = Table(
        [[text(h, 8, quiet=True) for h in ("", "Item", "GTIN", "Lot or serials", "Ordered", "In here", "To come")], *_rows(paper.contents)],
        colWidths=[8 * mm, 58 * mm, 30 * mm, 36 * mm, 14 * mm, 14 * mm, 14 * mm], repeatRows=1, style=GRID)
    back = text(f"Something missing, broken or not wanted? Name order {paper.order} and carton {paper.sscc}, and write to {', '.join(filter(None, [paper.from_name, paper.from_street, paper.from_city]))}.", 8, quiet=True)
    return [text("Packing slip", 18, bold=True), Spacer(0, 6 * mm), head, Spacer(0, 6 * mm), table, Spacer(0, 6 * mm), back]


def _rows(items: Sequence[Item]) -> list[list]:
    """A row for each line; before the components of a kit one that names it and how many were ordered."""
    rows: list[list] = []
    for n, item in enumerate(items):
        if item.kit and (n == 0 or items[n - 1].kit != item.kit):
            rows.append([text(str(item.kit)), [text(item.kit_name), text(f"{item.kit_sku}, kit of", 7.5, quiet=True)], "", "", text(str(item.kits)), "", ""])
        rows.append(_row(item))
    return rows


def _row(item: Item) -> list:
    tracked = ", ".join(filter(None, [item.lot, *item.serials]))
    under = item.sku + (f", in place of {item.instead_of}" if item.instead_of else "") + (f", over line {item.over_of}" if item.over_of else "")
    return [text("" if item.kit else str(item.position)), [text(item.name), text(under, 7.5, quiet=True)], text(item.gtin), text(tracked), *[text(str(n)) for n in (0 if item.over_of else item.ordered, item.quantity, item.outstanding)]]


TIGHT = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])
GRID = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 3)])


def text(words: str, size: float = 9, bold: bool = False, quiet: bool = False) -> Paragraph:
    """Words as a paper shows them."""
    style = ParagraphStyle("p", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35, textColor=QUIET if quiet else HexColor("#000000"))
    return Paragraph(escape(words), style)

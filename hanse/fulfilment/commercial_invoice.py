"""Commercial invoice: the customs data of cartons on paper, a page for each order and site."""

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from babel import Locale
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.kernel import fonts

from .customs import Customs, CustomsLine

GRID = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#c9ced4"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 4)])
TIGHT = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)])


def invoice_pdf(found: Sequence[Customs]) -> bytes:
    """The commercial invoices as PDF."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=18 * mm - 6, rightMargin=18 * mm - 6, topMargin=16 * mm, bottomMargin=16 * mm, title=f"Commercial invoice {found[0].order}", invariant=1)
    story: list[Flowable] = []
    for n, it in enumerate(found):
        story += [PageBreak()] * (n > 0) + _page(it)
    doc.build(story)
    return out.getvalue()


def _page(it: Customs) -> list[Flowable]:
    facts = [("Order", it.order), ("Your reference", it.ref), ("Date", f"{it.sent_on:%Y-%m-%d}"), ("Delivery term", it.delivery_term), ("Currency", it.currency), ("Packages", str(len(it.cartons))),
             ("Gross weight", f"{_kilograms(it.gross_g)} kg" if it.gross_g is not None else "not weighed")]
    sides = [[_text("Sender", 8), *[_text(part) for part in (*it.sender, _country(it.from_country)) if part]],
             [_text("Receiver", 8), *[_text(part) for part in (*it.receiver, _country(it.to_country), f"Tax id {it.receiver_tax_id}" if it.receiver_tax_id else "") if part]],
             Table([[_text(name, 8), _text(value)] for name, value in facts if value], colWidths=[24 * mm, 32 * mm], style=TIGHT)]
    heads = ("", "Goods", "HS code", "Origin", "Quantity", "Net, kg", f"Value, {it.currency}")
    sums = ["", _text("Total", bold=True), "", "", "", _text(_kilograms(it.net_g), bold=True), _text(f"{it.value:,.2f}", bold=True)]
    table = Table([[_text(h, 8) for h in heads], *[_row(line) for line in it.lines], sums], colWidths=[8 * mm, 62 * mm, 24 * mm, 18 * mm, 22 * mm, 18 * mm, 22 * mm], style=GRID, repeatRows=1)
    cartons = _text("Cartons: " + ", ".join(it.cartons), 8)
    said = _text("We declare that this invoice is true and complete, and that the goods originate where it says.", 8)
    return [_text("Commercial invoice", 18, bold=True), Spacer(0, 6 * mm), Table([sides], colWidths=[58 * mm, 58 * mm, 58 * mm], style=TIGHT), Spacer(0, 6 * mm), table, Spacer(0, 5 * mm), cartons,
            Spacer(0, 5 * mm), said, Spacer(0, 14 * mm), _text("Place, date, name, signature", 8)]


def _row(line: CustomsLine) -> list[Paragraph | list[Paragraph]]:
    goods = [_text(line.name), _text(line.sku, 7.5)]
    return [_text(str(line.position)), goods, _text(line.hs_code), _text(line.origin), _text(f"{line.quantity:,} {line.unit}"), _text(_kilograms(line.net_g)), _text(f"{line.value:,.2f}")]


def _country(code: str) -> str:
    return Locale("en").territories.get(code, code)


def _kilograms(grams: int | None) -> str:
    return "" if grams is None else f"{grams / 1000:,.3f}"


def _text(words: str, size: float = 9, bold: bool = False) -> Paragraph:
    return Paragraph(escape(words), ParagraphStyle("p", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35))

"""The paper of a manifest: its parcels with weight, for the driver to sign. A carrier's own paper is given out beside it."""

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.journal.asking import rows
from hanse.kernel import fonts


@dataclass(frozen=True, slots=True)
class ManifestPaper:
    """A manifest with its parcels."""

    number: str
    day: date
    site: str
    street: str
    city: str
    country: str
    carrier: str
    parcels: list[dict[str, Any]]


PAPER = """
SELECT coalesce(nullif(m.number, ''), 'M-' || m.id), m.day, s.name, s.street, trim(s.postcode || ' ' || s.city), s.country, r.name,
       coalesce((SELECT json_agg(json_build_object('tracking', l.tracking, 'order', 'H-' || c.order_id, 'service', l.service, 'to', trim(a.postcode || ' ' || a.city), 'country', a.country,
                                          'weight_g', coalesce(c.weight_g, c.expected_g)) ORDER BY l.id)
          FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id JOIN partners_address a ON a.id = l.address_id WHERE l.manifest_id = m.id), '[]')
  FROM transport_manifest m JOIN network_site s ON s.id = m.site_id JOIN transport_carrier r ON r.id = m.carrier_id WHERE m.id = %(id)s AND m.closed_at IS NOT NULL
"""
OWN = "SELECT document FROM transport_manifest WHERE id = %(id)s AND document IS NOT NULL"
GRID = TableStyle([
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#c9ced4"), ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("ALIGN", (-1, 0), (-1, -1), "RIGHT")])


def manifest(id: int) -> ManifestPaper | None:
    """A closed manifest."""
    return next(iter(rows(ManifestPaper, PAPER, id=id)), None)


def carriers_paper(id: int) -> bytes | None:
    """The carrier's own paper, where it gave one."""
    return next((bytes(found) for found in rows(lambda document: document, OWN, id=id)), None)


def manifest_pdf(paper: ManifestPaper) -> bytes:
    """The list as PDF."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm, topMargin=14 * mm, bottomMargin=14 * mm, title=f"Manifest {paper.number}", invariant=1)
    grams = sum(p["weight_g"] or 0 for p in paper.parcels)
    left = [_text("Manifest", 18, bold=True), _text(f"{paper.carrier}, {paper.day:%Y-%m-%d}", 11), _text(paper.site, bold=True), _text(", ".join(filter(None, [paper.street, paper.city, paper.country])))]
    right = [Code128(paper.number, barWidth=0.3 * mm, barHeight=12 * mm, quiet=0, humanReadable=0), Spacer(0, 2 * mm), _text(paper.number, 11, bold=True)]
    body = [[_text(p["tracking"]), _text(p["order"]), _text(p["service"]), _text(f"{p['to']}, {p['country']}"), _text(_kilograms(p["weight_g"]))] for p in paper.parcels]
    table = Table([[_text(h, 7, bold=True) for h in ("Parcel", "Order", "Service", "To", "Weight, kg")], *body], colWidths=[52 * mm, 26 * mm, 34 * mm, 44 * mm, 22 * mm], repeatRows=1, style=GRID)
    signed = Table([[_text("Driver, signature and time", 7), _text("Handed over by", 7)], [Spacer(0, 18 * mm), ""]], colWidths=[89 * mm, 89 * mm], style=TableStyle([("BOX", (0, 0), (0, -1), 0.4, "black"), ("BOX", (1, 0), (1, -1), 0.4, "black")]))
    doc.build([Table([[left, right]], colWidths=[108 * mm, 70 * mm]), Spacer(0, 6 * mm), table, Spacer(0, 4 * mm), _text(f"{len(paper.parcels)} parcels, {grams / 1000:,.2f} kg", 11, bold=True), Spacer(0, 10 * mm), signed])
    return out.getvalue()


def _kilograms(grams: int | None) -> str:
    return "" if grams is None else f"{grams / 1000:,.2f}"


def _text(words: str, size: float = 9, bold: bool = False) -> Paragraph:
    return Paragraph(escape(words), ParagraphStyle("p", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35))

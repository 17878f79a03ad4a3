"""Supplier slip: the packing slip that a supplier lays into what he ships for us. It shows our customer's address and no prices."""

from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import SimpleDocTemplate, Spacer, Table

from hanse.kernel import fonts

from .papers import GRID, TIGHT, text
from .supplier_reads import SupplierLine, SupplierPaper, lines, paper


def supplier_slip(number: str) -> bytes | None:
    """The packing slip of a drop-ship order; nothing where there is none."""
    found = paper(number)
    return slip_pdf(found, lines(number)) if found else None


def slip_pdf(paper: SupplierPaper, lines: list[SupplierLine]) -> bytes:
    """To whom, what was asked for, and what of it is still to be sent."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=18 * mm - 6, rightMargin=18 * mm - 6, topMargin=18 * mm, bottomMargin=18 * mm, title=f"Packing slip {paper.number}", invariant=1)
    to = [paper.to_name, paper.receiver, paper.to_street, f"{paper.to_postcode} {paper.to_city}".strip(), paper.to_country]
    facts = [("Order", paper.order), ("Your reference", paper.ref), ("Drop-ship order", paper.number), ("Ship by", f"{paper.due_on:%Y-%m-%d}"), ("Carrier", paper.carrier)]
    right = Table([[text(name, 9, quiet=True), text(value)] for name, value in facts if value], colWidths=[32 * mm, 52 * mm], style=TIGHT)
    head = Table([[[text(part, 10) for part in to if part], right]], colWidths=[90 * mm, 84 * mm], style=TIGHT)
    table = Table(
        [[text(h, 8, quiet=True) for h in ("", "Item", "GTIN", "Ordered", "Shipped", "To come")],
         *([text(str(x.position)), [text(x.name), text(x.sku, 7.5, quiet=True)], text(x.gtin), *(text(str(n)) for n in (x.asked, x.shipped, x.open))] for x in lines)],
        colWidths=[8 * mm, 76 * mm, 42 * mm, 16 * mm, 16 * mm, 16 * mm], repeatRows=1, style=GRID)
    doc.build([text("Packing slip", 18, bold=True), Spacer(0, 6 * mm), head, Spacer(0, 6 * mm), table])
    return out.getvalue()

"""Papers: an invoice or credit as PDF, to the cent what the document says, over as many pages as it needs."""

from decimal import Decimal
from io import BytesIO
from xml.sax.saxutils import escape

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision
from django.conf import settings
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table, TableStyle

from hanse.kernel import fonts
from hanse.kernel.money import minor_unit, rounded

from .reads import DocumentLineView, DocumentView, kits_billed

LOCALE = "en_GB"
QUIET, RULE = HexColor("#5c6670"), HexColor("#c9ced4")
WIDTHS = [10 * mm, 78 * mm, 22 * mm, 22 * mm, 14 * mm, 28 * mm]


def invoice_pdf(document: DocumentView) -> bytes:
    """The document as PDF: who, what, tax by category, what is to be paid by when; each page says which of how many."""
    fonts.register()
    out = BytesIO()
    paper = BaseDocTemplate(out, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=22 * mm, bottomMargin=22 * mm,
                            title=f"{_word(document)} {document.number}", author=_seller()[0], invariant=1)
    frame = Frame(paper.leftMargin, paper.bottomMargin, paper.width, paper.height, 0, 0, 0, 0)
    paper.addPageTemplates(PageTemplate(frames=[frame]))
    sums = KeepTogether([_sums(document), Spacer(0, 6 * mm), *_foot(document)])
    paper.build([*_head(document), _lines(document), Spacer(0, 6 * mm), sums],
                canvasmaker=lambda *a, **k: _Numbered(document, *a, **k))
    return out.getvalue()


def _seller() -> list[str]:
    """Our own name and address, from HANSE_COMPANY: parts divided by `|`."""
    return [part.strip() for part in settings.COMPANY.split("|") if part.strip()] or ["hanse"]


def _word(document: DocumentView) -> str:
    return "Credit note" if document.kind == "credit" else "Invoice"


def _style(size: float = 9, bold: bool = False, right: bool = False, quiet: bool = False) -> ParagraphStyle:
    return ParagraphStyle("p", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35, alignment=TA_RIGHT if right else 0,
                          textColor=QUIET if quiet else HexColor("#000000"))


def _text(words: str, **style: object) -> Paragraph:
    return Paragraph(escape(words), _style(**style))  # type: ignore[arg-type]


def _money(amount: Decimal, currency: str) -> str:
    """An amount with the currency's decimals, or as many as it needs to be exact."""
    least = get_currency_precision(currency)
    exact = max(least, -int(amount.normalize().as_tuple().exponent))
    return format_decimal(amount, format=f"#,##0.{'0' * exact}" if exact else "#,##0", locale=LOCALE)


def _head(document: DocumentView) -> list:
    facts = [
        ("Number", document.number), ("Date", format_date(document.issued_on, "d MMMM y", LOCALE)),
        *([("Due", format_date(document.due_on, "d MMMM y", LOCALE))] if document.kind == "invoice" else [("Corrects invoice", document.corrects or "")]),
        ("Order", document.order), *([("Your reference", document.ref)] if document.ref else []), ("Customer", document.customer),
        *([("Your tax id", document.tax_id)] if document.tax_id else []),
    ]
    right = Table([[_text(name, quiet=True), _text(value)] for name, value in facts], colWidths=[28 * mm, 48 * mm], style=_plain(1))
    left = [_text(" · ".join(_seller()), size=7, quiet=True), Spacer(0, 3 * mm), *[_text(part, size=10) for part in [*document.bill_to[:-1], _country(document.bill_to[-1])]]]
    return [_text(_word(document), size=18, bold=True), Spacer(0, 6 * mm),
            Table([[left, right]], colWidths=[98 * mm, 76 * mm], style=_plain(0)), Spacer(0, 8 * mm)]


def _country(code: str) -> str:
    return Locale.parse(LOCALE).territories.get(code, code)


def _plain(padding: float) -> TableStyle:
    return TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                       ("TOPPADDING", (0, 0), (-1, -1), padding), ("BOTTOMPADDING", (0, 0), (-1, -1), padding)])


def _lines(document: DocumentView) -> Table:
    heads = [("", False), ("Item", False), ("Quantity", True), ("Price", True), ("Tax", True), (f"Net {document.currency}", True)]
    rows = [[_text(word, size=8, right=right, quiet=True) for word, right in heads]]
    kits = kits_billed(document.lines)
    for line in document.lines:
        if kit := kits.pop(line.kit or 0, None):
            rows.append(_row(str(kit.position), kit.name, f"{kit.sku} · kit of", f"{format_decimal(kit.quantity, locale=LOCALE)} kits", kit.unit_price, line, kit.net, document))
        rows.append(_row(
            str(line.position), line.name, _under(line, document.currency), f"{format_decimal(line.quantity, locale=LOCALE)} {line.stock_unit}", line.unit_price, line,
            line.net, document, part=line.kit is not None))
    return Table(rows, colWidths=WIDTHS, repeatRows=1, style=TableStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE), ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2), ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]))


def _row(position: str, name: str, under: str, quantity: str, price: Decimal | None, line: DocumentLineView, net: Decimal, document: DocumentView, part: bool = False) -> list:
    """A line, a kit, or a component: what that comes to stands in brackets, for it is in the kit's amount already."""
    amount = _money(net, document.currency)
    return [
        _text("" if part else position, quiet=True), [_text(name), _text(under, size=7.5, quiet=True)], _text(quantity, right=True),
        _text("" if part or price is None else _money(price, document.currency), right=True), _text("" if part else f"{line.tax_category} {_rate(line.tax_rate)}", right=True),
        _text(f"({amount})" if part else amount, right=True, quiet=part),
    ]


def _under(line: DocumentLineView, currency: str) -> str:
    """Below the item's name: its SKU, and what price times quantity was lowered by."""
    less = rounded(line.unit_price * line.quantity, minor_unit(currency)) - line.net
    return f"{line.sku} · less {_money(less, currency)}" if less > 0 else line.sku


def _rate(rate: Decimal) -> str:
    return f"{format_decimal(rate, format='#,##0.####', locale=LOCALE)} %"


def _sums(document: DocumentView) -> Table:
    """Net, freight, tax by category, total, what is settled and what is open."""
    money = [("Net", document.net, False)] + [("Freight", document.freight, False)] * bool(document.freight)
    for part in document.taxes:
        money.append((f"Tax {part.category} {_rate(part.rate)} on {_money(part.taxed, document.currency)}", part.tax, False))
    money.append(("Total", document.total, True))
    if document.open != document.total:
        money += [("Settled", document.total - document.open, False), ("Open", document.open, True)]
    rows = [["", _text(f"{name} {document.currency}" if bold else name, right=True, bold=bold), _text(_money(amount, document.currency), right=True, bold=bold)]
            for name, amount, bold in money]
    return Table(rows, colWidths=[50 * mm, 92 * mm, 32 * mm], style=_plain(1.2))


def _foot(document: DocumentView) -> list:
    if document.kind == "credit":
        return [_text(f"Reason: {document.reason}")]
    return [_text(f"Please pay by {format_date(document.due_on, 'd MMMM y', LOCALE)}, naming {document.number}.")]


class _Numbered(Canvas):
    """Pages that know how many there are: drawn once all are laid out."""

    def __init__(self, document: DocumentView, *args: object, **options: object):
        super().__init__(*args, **options)
        self.of = document
        self.pages: list[dict[str, object]] = []

    def showPage(self) -> None:
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self.pages:
            self.__dict__.update(page)
            self.setFont(fonts.PLAIN, 7.5)
            self.setFillColor(QUIET)
            self.drawString(18 * mm, 12 * mm, " · ".join(_seller()))
            self.drawRightString(A4[0] - 18 * mm, 12 * mm, f"{_word(self.of)} {self.of.number} · page {self._pageNumber} of {len(self.pages)}")
            super().showPage()
        super().save()

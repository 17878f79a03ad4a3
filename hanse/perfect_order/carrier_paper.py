"""The scorecard as a paper of two pages for the meeting with the carrier: what it kept and how sure that is; whose hours, what its lanes take."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from hanse.kernel import fonts
from hanse.web.words import money_in_words

from .dealt import Dealings
from .drawn import dealt_rows, per_cent, scale_from
from .scored import Cost, LaneTransit, Lasted, LateHours, Measured, Scorecard, Week

WIDE = 180 * mm
MOST_ROWS, MOST_WEEKS = 9, 12
"""So many lanes and weeks stand on the paper, that it has two pages; the API tells all."""
ROWS = TableStyle([
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, black), ("LINEBELOW", (0, 1), (-1, -1), 0.3, HexColor("#777777")), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)])
SAID = {"better": "better", "worse": "worse", "no difference": "no difference shown", "too few": "too few to say", "no others": "nobody else there"}


def scorecard_pdf(card: Scorecard, first: date, last: date, now: datetime, weeks: Sequence[Week], drifts: Sequence[str]) -> bytes:
    """A carrier's scorecard as PDF."""
    fonts.register()
    out = BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=15 * mm - 6, rightMargin=15 * mm - 6, topMargin=14 * mm, bottomMargin=14 * mm, title=f"Scorecard {card.name}", invariant=1)
    doc.build([*_head(card, first, last, now), *_measures(card.measures), *_durations(card.durations), *_costs(card.costs), *_dealt(card.dealings), PageBreak(),
               *_late(card.late), *_transit(card.transit), *_weeks(weeks, drifts)])
    return out.getvalue()


def _head(card: Scorecard, first: date, last: date, now: datetime) -> list[Flowable]:
    said = f"{card.parcels:,} parcels due {first:%-d %b %Y} – {last:%-d %b %Y} on {card.lanes} lane{'' if card.lanes == 1 else 's'}, as known on {now:%-d %b %Y}."
    return [_text(card.name, 17, bold=True), _text("Carrier scorecard", 10), Spacer(0, 2 * mm), _text(said), Spacer(0, 4 * mm)]


def _measures(measures: Sequence[Measured]) -> list[Flowable]:
    floor = scale_from(measures)
    body = [[_text(m.word, bold=True), _right(per_cent(m.value) if m.n else "not known"), _interval(m, floor), _right(f"{m.n:,}"), _right(per_cent(m.others) if m.others is not None else ""),
             _text(SAID[m.against] if m.n else "")] for m in measures]
    return [
        _title("Measures"), _table(("Measure", "Value", f"95 % interval, {100 * floor:.0f} to 100 %", "n", "Others", "Against others"), body, (46, 20, 46, 14, 18, 36)), Spacer(0, 2 * mm),
        _text("Others: the other carriers on the same mix of lanes (tick). Where intervals overlap nobody is ranked. Own hours only: parcels whose late hours are mostly somebody else’s are left out.", 7.5)]


def _interval(m: Measured, floor: float, wide: float = 42 * mm, high: float = 9.0) -> Drawing:
    """A share with its interval on a line from the floor to 100 %; the others as a tick."""
    def at(share: float) -> float:
        return wide * (share - floor) / (1 - floor) if floor < 1 else wide

    drawing = Drawing(wide, high)
    drawing.add(Line(0, high / 2, wide, high / 2, strokeColor=HexColor("#bbbbbb"), strokeWidth=0.5))
    if m.n and m.value is not None:
        drawing.add(Rect(at(m.low), high / 2 - 1.5, max(1.0, at(m.high) - at(m.low)), 3, fillColor=HexColor("#777777"), strokeColor=None))
        drawing.add(Rect(at(m.value) - 1.5, 1.5, 3, high - 3, fillColor=black, strokeColor=None))
    if m.n and m.others is not None:
        drawing.add(Line(at(m.others), -1, at(m.others), high + 1, strokeColor=black, strokeWidth=0.8))
    return drawing


def _durations(durations: Iterable[Lasted]) -> list[Flowable]:
    body = [[_text(f"{d.word}, {d.unit}", bold=True), *(_right(_figure(x)) for x in (d.p50, d.p95)), _right(_figure(d.variation, 2)), _right(_figure(d.buffer, 2)), _right(f"{d.n:,}"),
             _right(_figure(d.others_p50)), _right(_figure(d.others_p95))] for d in durations]
    return [Spacer(0, 5 * mm), _title("How long"), _table(("", "Median", "95th percentile", "Variation", "Buffer", "n", "Others, median", "Others, 95th"), body, (58, 16, 24, 18, 16, 14, 20, 16))]


def _costs(costs: Iterable[Cost]) -> list[Flowable]:
    body = [[_text(c.currency, bold=True), *(_right("" if amount is None else money_in_words(amount, c.currency)) for amount in (c.per_parcel, c.per_kg, c.total)), _right(f"{c.parcels:,}"),
             _right(f"{c.billed:,}"), _right(money_in_words(c.others, c.currency) if c.others is not None else "")] for c in costs]
    if not body:
        return []
    return [Spacer(0, 4 * mm), _title("Cost: as billed, else as expected"), _table(("Currency", "Per parcel", "Per kg", "In all", "n", "As billed", "Others, per parcel"), body, (26, 28, 24, 34, 18, 20, 30))]


def _dealt(it: Dealings) -> list[Flowable]:
    body = [[_text(word, bold=True), _right(said), _right(beside)] for word, said, beside in dealt_rows(it)[:MOST_ROWS]]
    return [Spacer(0, 4 * mm), _title("Tenders, bills and claims"), _table(("", "Value", "95 % interval, n"), body, (70, 40, 70))] if it.known else []


def _late(late: Sequence[LateHours]) -> list[Flowable]:
    total = sum((x.hours for x in late), Decimal(0))
    shown = sorted(late, key=lambda x: (-x.hours, x.lane, x.owner))[:MOST_ROWS]
    body = [[_text(x.lane), _text(x.owner), _right(f"{x.hours:,.0f}"), _right(f"{100 * x.hours / total:.0f} %")] for x in shown]
    said = f"{total:,.0f} hours late in all, each counted once." if late else "No order that it carried came late."
    return [_title("Whose hours were late"), _text(said), Spacer(0, 1.5 * mm), *([_table(("Lane", "Answers", "Hours", "Share"), body, (70, 60, 25, 25))] if body else []), Spacer(0, 4 * mm)]


def _transit(lanes: Sequence[LaneTransit]) -> list[Flowable]:
    body = [[_text(f"{x.lane}{f' ({x.region})' if x.region else ''}"), *(_right(_figure(v)) for v in (x.p50, x.p90, x.p95)), _right("" if x.planned is None else str(x.planned)), _right(f"{x.n:,}"),
             _text("Proposal: plan " + _figure(x.p90) if x.proposal else "", 7.5)] for x in lanes[:MOST_ROWS]]
    return [_title("Transit in working days"), *([_table(("Lane", "Median", "90th", "95th", "Planned", "n", ""), body, (60, 18, 18, 18, 20, 16, 30))] if body else [_text("Nothing has come yet.")]), Spacer(0, 4 * mm)]


def _weeks(weeks: Sequence[Week], drifts: Sequence[str]) -> list[Flowable]:
    """All lanes together by week, and the lanes that drift."""
    by_week: dict[date, list[int]] = {}
    for w in weeks:
        both = by_week.setdefault(w.monday, [0, 0])
        both[0], both[1] = both[0] + w.share.hits, both[1] + w.share.n
    body = [[_text(f"{monday:%-d %b %Y}"), _right(per_cent(hits / n)), _right(f"{hits:,}"), _right(f"{n:,}")] for monday, (hits, n) in sorted(by_week.items())[-MOST_WEEKS:] if n]
    told = [_text(drift) for drift in drifts[:3]] or [_text("No lane drifts: the last four weeks and the eight before them overlap.")]
    return [_title("On time by week, all lanes"), *told, Spacer(0, 1.5 * mm), *([_table(("Week of", "On time", "Parcels on time", "n"), body, (60, 40, 40, 40))] if body else [])]


def _figure(value: float | None, digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}".removesuffix(".0")


def _table(heads: Sequence[str], body: Sequence[Sequence[Any]], widths: Sequence[float]) -> Table:
    return Table([[_text(head, 7.5) if not nr else _head_of(head, body, nr) for nr, head in enumerate(heads)], *body], colWidths=[w * WIDE / sum(widths) for w in widths], style=ROWS)


def _head_of(head: str, body: Sequence[Sequence[Any]], nr: int) -> Paragraph:
    """A heading stands over its column as the column's figures do."""
    right = bool(body) and isinstance(body[0][nr], Paragraph) and body[0][nr].style.alignment == 2
    return _right(head, 7.5) if right else _text(head, 7.5)


def _title(words: str) -> Paragraph:
    return _text(words, 11, bold=True)


def _right(words: str, size: float = 8.5) -> Paragraph:
    return _text(words, size, alignment=2)


def _text(words: str, size: float = 8.5, bold: bool = False, alignment: int = 0) -> Paragraph:
    return Paragraph(escape(words), ParagraphStyle("c", fontName=fonts.BOLD if bold else fonts.PLAIN, fontSize=size, leading=size * 1.35, alignment=alignment))

"""The perfect-order pages: the share with its bounds, why not the rest, the orders behind each figure, two periods side by side."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from hanse.kernel import clock
from hanse.web.tables import MOST_ROWS, Format, taken

from . import drawn, exports, reads
from .conditions import ALL, CONDITIONS
from .models import BY
from .reads import PerfectShare, Period

ROWS = 40
SPANS = {"30": "30 days", "90": "90 days", "365": "A year"}
ANSWERS = {"": "All", "perfect": "Perfect", "open": "Still open", "not perfect": "Not perfect"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a reader looks at: a period as known now or then, of all or of one; and what was wrong with what was asked."""

    period: Period
    span: str
    as_of: str
    wrong: str = ""

    def query(self, **more: Any) -> str:
        """The address part that leads to the same, and more."""
        p = self.period
        words = {"span": self.span} if self.span else {"from": p.first.isoformat(), "to": p.last.isoformat()}
        chosen = words | {"as_of": self.as_of, "customer": p.customer, "site": p.site, "carrier": p.carrier} | more
        return urlencode({name: value for name, value in chosen.items() if value})


def chosen_of(request: HttpRequest) -> Chosen:
    """The period a reader asks for; the last 30 days, where he asks for none or for what cannot be."""
    today = clock.now().date()
    first, last, wrong = _day(request, "from"), _day(request, "to"), ""
    span = request.GET.get("span", "" if first or last else "30")
    if first and last and last < first:
        first, last, span, wrong = None, None, "30", "The last day was before the first. These are the last 30 days."
    if span in SPANS or not (first or last):
        span = span if span in SPANS else "30"
        first, last = today - timedelta(days=int(span) - 1), today
    last = last or today
    first = first or date.fromordinal(max(1, last.toordinal() - 29))
    as_of = _day(request, "as_of")
    then = datetime.combine(as_of + timedelta(days=1), time(), ZoneInfo(timezone.get_current_timezone_name())) if as_of else None
    words = [request.GET.get(name, "").strip().replace("\x00", "")[:80] for name in ("customer", "site", "carrier")]
    return Chosen(Period(first, last, then, *words), span, as_of.isoformat() if as_of else "", wrong)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        day = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if day.year in clock.YEARS else None


@login_required
@require_GET
def perfect_order(request: HttpRequest) -> HttpResponse:
    """What share was perfect, why not the rest."""
    it = chosen_of(request)
    head, causes = reads.headline(it.period), reads.causes(it.period)
    failures = sum(c.no for c in head.conditions if c.condition in CONDITIONS)
    return render(request, "perfect_order/perfect_order.html", {
        "chosen": it, "query": it.query(), "improve_query": "" if it.span == "30" else it.query(customer="", site="", carrier="", as_of=""), "spans": SPANS, "head": head, "bounds": drawn.bounds(head), "resolved": drawn.per_cent(head.resolved),
        "bar": drawn.bar(head.perfect, head.pending, head.imperfect, 256), "five": drawn.five(head.conditions[:5]), "documents": drawn.five(head.conditions[5:])[0],
        "scor": drawn.per_cent(head.scor), "line_share": drawn.per_cent(head.line_share), "product": drawn.per_cent(head.product_of_rates),
        "failures": failures, "overlap": failures - head.imperfect, "pareto": drawn.pareto(causes), "heat": drawn.heat(reads.shares(it.period, "lane", 400)),
        "trend": json.dumps(_trend(reads.weeks(_wider(it.period)), it)), "customers": reads.names("customer"), "sites": reads.names("site"), "carriers": reads.names("carrier"),
        "parts": _parts(it),
    })


PART_WORDS = {"customer": "Customers", "site": "Sites", "channel": "Channels", "item": "Items"}


def _parts(it: Chosen) -> list[dict[str, Any]]:
    """The parts with the most orders that are not perfect, by customer, site, channel and item."""
    found = []
    for by, word in PART_WORDS.items():
        rows = sorted(reads.shares(it.period, by, 500), key=lambda x: (-x.imperfect, x.key))[:6]  # type: ignore[arg-type]
        name = "sku" if by == "item" else by
        found.append({"word": word, "by": by, "rows": [{"it": x, "bounds": drawn.bounds(x), "query": it.query(**{name: x.key}, answer="not perfect")} for x in rows]})
    return found


def _wider(period: Period) -> Period:
    """A period's trend shows twelve weeks at least."""
    return Period(min(period.first, period.last - timedelta(weeks=12)), period.last, period.as_of, period.customer, period.site, period.carrier)


def _trend(weeks: list[PerfectShare], it: Chosen) -> dict[str, Any]:
    def line(name: str, values: list[float | None], **look: Any) -> dict[str, Any]:
        points = []
        for week, value in zip(weeks, values, strict=True):
            if value is not None:
                last = (date.fromisoformat(week.key) + timedelta(days=6)).isoformat()
                chosen = urlencode({n: v for n, v in {"from": week.key, "to": last, "as_of": it.as_of, "customer": it.period.customer, "site": it.period.site, "carrier": it.period.carrier}.items() if v})
                points.append([week.key, round(100 * value, 1), f"?{chosen}"])
        return {"name": name, "points": points} | look

    return {"kind": "lines", "x": "day", "unit": "%", "near": True, "series": [
        line("if all open ones fail", [w.low for w in weeks], colour="c-allocated", hidden=True),
        line("if all open ones pass", [w.high for w in weeks], colour="c-allocated", fill="c-allocated", above=True, hidden=True),
        line("decided", [w.resolved for w in weeks], colour="primary", dots=True)]}


@login_required
@require_GET
def behind(request: HttpRequest) -> HttpResponse:
    """The orders behind a figure."""
    it = chosen_of(request)
    words = words_of(request)
    found = reads.orders(it.period, ROWS + 1, **words, before=before_of(request))
    rows = found[:ROWS]
    more = {name: value for name, value in words.items() if value}
    return render(request, "perfect_order/behind.html", {
        "chosen": it, "rows": rows, "words": more, "back": it.query(), "query": it.query(**more), "answers": {name: (word, it.query(**more | {"answer": name})) for name, word in ANSWERS.items()},
        "answer": words["answer"], "earlier_url": f"?{it.query(**more)}" if before_of(request) else "",
        "later_url": f"?{it.query(**more, before=f'{rows[-1].due_on}.{rows[-1].id}')}" if len(found) > ROWS else "",
    })


def words_of(request: HttpRequest) -> dict[str, Any]:
    """Which orders a reader asks for: by answer, condition and cause, item and channel."""
    words = {name: request.GET.get(name, "").replace("\x00", "")[:100] for name in ("answer", "condition", "cause", "sku", "channel")}
    words["answer"] = words["answer"] if words["answer"] in ANSWERS else ""
    words["condition"] = words["condition"] if words["condition"] in ALL else ""
    return words if words["condition"] else words | {"cause": ""}


def before_of(request: HttpRequest) -> tuple[date, int] | None:
    """Where a page of rows by due day begins, if not with the latest."""
    day, _, id = request.GET.get("before", "").partition(".")
    try:
        return date.fromisoformat(day), int(id[:18])
    except ValueError:
        return None


@login_required
@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """A period beside the one before it, as long, with what explains the change."""
    it = chosen_of(request)
    p = it.period
    long = p.last - p.first + timedelta(days=1)
    before = Period(p.first - long, p.first - timedelta(days=1), p.as_of, p.customer, p.site, p.carrier)
    heads = [reads.headline(before), reads.headline(p)]
    rows = [{"word": a.condition.capitalize(), "before": drawn.per_cent(a.rate), "now": drawn.per_cent(b.rate), "points": _points(a.rate, b.rate)} for a, b in zip(*(h.conditions for h in heads), strict=True)]
    explained = drawn.explain(heads[0], heads[1], reads.causes(before), reads.causes(p))
    return render(request, "perfect_order/compare.html", {
        "chosen": it, "back": it.query(), "before": before, "heads": [(h, drawn.bounds(h), drawn.per_cent(h.resolved)) for h in heads], "rows": rows,
        "points": _points(heads[0].resolved, heads[1].resolved), "explained": explained, "sum": sum(x.points for x in explained),
    })


def _points(before: float | None, now: float | None) -> float | None:
    return None if before is None or now is None else 100 * (now - before)


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """A period's shares by one thing or by week, its causes, or the orders behind a figure, as a file."""
    it = chosen_of(request)
    by = request.GET.get("by", "all")
    if by == "orders":
        return taken(request, exports.orders(it.period, reads.orders(it.period, MOST_ROWS + 1, **words_of(request))), format)
    if by == "causes":
        return taken(request, exports.causes(it.period, reads.causes(it.period)), format)
    if by == "week":
        return taken(request, exports.shares(it.period, by, reads.weeks(_wider(it.period))), format)
    by = by if by in BY else "all"
    return taken(request, exports.shares(it.period, by, reads.shares(it.period, by, MOST_ROWS + 1)), format)  # type: ignore[arg-type]

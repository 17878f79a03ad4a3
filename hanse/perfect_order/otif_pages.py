"""On time in full, page and file: a customer's shares by its own definitions, what failed and what shows it, and the fine to expect."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hanse.partners.events import DATE_SAID, window_said
from hanse.partners.reads import OtifView, otif_definitions
from hanse.web.tables import Format, taken

from . import drawn, exports, otif_reads
from .otif import CLASSES, OtifRate, OtifShare
from .otif_reads import OtifFailure
from .pages import SPANS, Chosen, chosen_of

SHOWN = 40
"""So many of the lines that failed are on the page; the file has all."""
LEVELS = {"order": "orders", "line": "lines", "unit": "units"}
CLOCKS = {"arrival": "when the carrier first stood at the door", "delivery": "at the delivery", "hand-over": "at the hand-over"}
LEFT_OUT = {"refused": "units that were refused", "consignee": "what was brought in time and not taken in"}


@login_required
@require_GET
def otif(request: HttpRequest) -> HttpResponse:
    """What share of a customer's orders was on time in full, as that customer defines it."""
    it = chosen_of(request)
    defined = sorted({d.customer for d in otif_definitions()})
    customer = it.period.customer or (defined[0] if len(defined) == 1 else "")
    report = otif_reads.otif(customer, it.period.first, it.period.last) if customer else None
    return render(request, "perfect_order/otif.html", {
        "chosen": it, "query": _query(it, customer), "spans": SPANS, "customer": customer, "defined": defined, "known": customer in defined, "report": report,
        "shares": [share_row(s) for s in report.shares] if report else [], "failures": [failure_row(f) for f in report.failures[:SHOWN]] if report else [],
        "left": len(report.failures[SHOWN:]) if report else 0,
    })


def _query(it: Chosen, customer: str) -> str:
    return it.query(customer=customer, site="", carrier="", as_of="")


def share_row(it: OtifShare) -> dict[str, Any]:
    """A definition's shares, with their words."""
    rates = [("On time in full", it.otif), ("On time, of what came", it.on_time), ("In full", it.in_full)]
    return {
        "it": it, "said": definition_said(it.definition), "cases": LEVELS[it.definition.level], "rates": [rate_row(word, rate) for word, rate in rates],
        "classes": [(name, getattr(it, name)) for name in CLASSES if getattr(it, name)],
    }


def rate_row(word: str, it: OtifRate) -> dict[str, Any]:
    """A share with its interval from 0 to 100 %, and how it stands to its goal."""
    wide = 134.0
    bar = {
        "low": round(6 + wide * it.low, 1), "high": round(6 + wide * it.high, 1), "point": round(6 + wide * it.value, 1) if it.value is not None else None,
        "others": round(6 + wide * float(it.goal) / 100, 1) if it.goal is not None else None,
        "label": f"{word}: {drawn.per_cent(it.value)}, between {drawn.per_cent(it.low)} and {drawn.per_cent(it.high)}" + (f"; goal {it.goal.normalize():f} %" if it.goal is not None else ""),
    }
    return {"word": word, "it": it, "said": drawn.per_cent(it.value), "bar": bar, "goal": f"{it.goal.normalize():f} %" if it.goal is not None else ""}


def definition_said(it: OtifView) -> str:
    """A definition in a sentence."""
    parts = [f"By {it.level}: {window_said(it.early_days, it.late_days)} the day {DATE_SAID[it.date_basis]}, {CLOCKS[it.clock]}"]
    parts += ["only with an appointment"] if it.appointment == "required" else []
    parts += ["without " + " and ".join(LEFT_OUT[name] for name in it.exclusions)] if it.exclusions else []
    return ", ".join(parts) + (". Periods by the day it came." if it.period == "delivered" else ".")


def failure_row(it: OtifFailure) -> dict[str, Any]:
    """A line that failed, with its units by class."""
    return {"it": it, "classes": [(name, getattr(it, name)) for name in CLASSES if getattr(it, name)]}


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """A customer's shares as a file, or the lines that failed with what shows it."""
    it = chosen_of(request)
    report = otif_reads.otif(it.period.customer, it.period.first, it.period.last)
    return taken(request, exports.otif_failures(report) if request.GET.get("what") == "failures" else exports.otif(report), format)

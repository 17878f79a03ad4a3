"""The page of what is at risk: open orders that will perhaps not be perfect, why, how likely, and the step that saves each; and how good the foresight is."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from hanse.journal.acting import may
from hanse.kernel import clock
from hanse.web.context import waits
from hanse.web.tables import Format, Table, taken

from . import drawn, risks
from .chance import Level
from .foreseeing import Reason, Rescue
from .lessening import Lessening
from .pages import before_of

ROWS = 40
ACTIONS = {
    "release hold": ("Release the hold…", "hold_order", "orders.release_hold"), "release first": ("Release…", "release", "fulfilment.release"), "pick first": ("Pick…", "pick", "fulfilment.pick"),
    "pack first": ("Pack…", "pack", "fulfilment.pack"), "hand over first": ("Hand over…", "hand_over", "transport.hand_over"), "faster service": ("Change carrier…", "change_order", "orders.change"),
    "another site": ("Change…", "change_order", "orders.change"), "call": ("Agree on a day…", "change_order", "orders.change"),
}
"""What saves an order: the words of its button, the page that does it by name, and the operation that it leads to."""
WORDS = {
    "release hold": "Release holds", "release first": "Release first", "pick first": "Pick first", "pack first": "Pack first", "hand over first": "Hand over first",
    "faster service": "Faster service", "another site": "Another site", "call": "Call the customer", "": "Nothing known",
}
REASONS = {
    "held": "On hold", "no-stock": "Without stock", "supply": "Supply late", "late-step": "Past its latest time", "soon": "Within the hour", "parcel": "Parcel in trouble", "expected-late": "Carrier late",
    "silent": "Silent parcel", "address": "Address", "customs-data": "Customs data", "no-invoice": "Cannot be billed", "moved": "Promise moved", "no-promise": "No promise",
}
BY_SITE = {"release", "pick", "pack", "hand_over"}
"""Pages that are of a site rather than of an order."""
WIDE = 146.0


@waits("at_risk")
def at_risk_now(user: Any) -> int:
    """How many open orders are at risk."""
    return risks.counts().at_risk


@login_required
@require_GET
def at_risk(request: HttpRequest) -> HttpResponse:
    """Which open orders will perhaps not be perfect, and what saves them?"""
    words = {name: request.GET.get(name, "").replace("\x00", "")[:80] for name in ("site", "customer", "action", "reason")}
    words["action"] = words["action"] if words["action"] in ACTIONS else ""
    words["reason"] = words["reason"] if words["reason"] in REASONS else ""
    lost = request.GET.get("view") == "lost"
    after = before_of(request)
    found = risks.listed(ROWS + 1, lost=lost, after=after, **words)
    rows, chosen = found[:ROWS], {name: word for name, word in words.items() if word} | ({"view": "lost"} if lost else {})
    counted, test = risks.counts(), risks.foresight(clock.now().date())
    return render(request, "perfect_order/at_risk.html", {
        "rows": [row_drawn(request, row) for row in rows], "counted": counted, "lost": lost, "words": words, "reasons": REASONS, "chosen": urlencode(chosen), "today": clock.now().date(),
        "actions": [{"it": it, "word": WORDS.get(it.action, it.action), "url": f"?{urlencode({'action': it.action})}"} for it in risks.by_action()], "action": words["action"],
        "levels": levels_drawn(test.levels), "test": test, "earlier_url": f"?{urlencode(chosen)}" if after else "",
        "later_url": f"?{urlencode(chosen | {'before': f'{(rows[-1].due_on or risks.NO_DAY)}.{rows[-1].id}'})}" if len(found) > ROWS else "",
    })


def row_drawn(request: HttpRequest, row: risks.RiskRow) -> dict[str, Any]:
    """A commitment at risk with its chance as a bar and the step that saves it."""
    return {
        "it": row, "chance": chance_drawn(row), "rescue": rescue_drawn(request, row.order, row.rescues[0] if row.rescues else None),
        "lessening": lessening_drawn(request, row.order, row.lessening),
    }  # fmt: skip


def chance_drawn(row: risks.RiskRow) -> dict[str, Any]:
    """A chance as a point with its interval, on a scale from 0 to 100 %."""
    if row.chance is None:
        return {"said": "not known", "label": "too few orders of the past tell", "point": None, "others": None}
    value, low, high = float(row.chance), float(row.low), float(row.high)
    said = drawn.per_cent(value, 0)
    label = f"{said}, between {drawn.per_cent(low, 0)} and {drawn.per_cent(high, 0)}"
    return {"said": said, "label": label, "point": _at(value), "low": _at(low), "high": _at(high), "others": None}


def _at(share: float) -> float:
    return round(6 + (WIDE - 12) * share, 1)


def rescue_drawn(request: HttpRequest, order: str, rescue: Rescue | None) -> dict[str, Any] | None:
    """What saves an order, with the page that does it where the reader may."""
    if rescue is None:
        return None
    word, page, operation = ACTIONS[rescue.action]
    return {"it": rescue, "gain": f"+{100 * rescue.gain:.0f} points" if rescue.gain else "", "word": word, "url": _address(page, order, rescue.site) if may(request, operation) else ""}


def lessening_drawn(request: HttpRequest, order: str, it: Lessening | None) -> dict[str, Any] | None:
    """What is at least less late, with the page of the step that waits where the reader may; where the terms forbid it there is none."""
    if it is None:
        return None
    word, page, operation = ACTIONS[f"{it.step} first"]
    return {"it": it, "word": word, "url": _address(page, order, it.site) if not it.forbidden and may(request, operation) else ""}


def _address(page: str, order: str, site: str) -> str:
    if page in BY_SITE:
        return f"{reverse(page)}?{urlencode({'site': site})}"
    try:
        return reverse(page, args=[order])
    except NoReverseMatch:
        return ""


def of_order(request: HttpRequest, number: str) -> dict[date | None, dict[str, Any]]:
    """What is at risk of an order as it was looked at last, for its page, by the day its commitments are due."""
    return {row.due_on: _of_page(request, row) for row in risks.seen_of(number) if not row.lost}


def _of_page(request: HttpRequest, row: risks.RiskRow) -> dict[str, Any]:
    rescues = [rescue_drawn(request, row.order, rescue) for rescue in row.rescues[:3]]
    return {
        "reasons": row.reasons, "chance": chance_drawn(row), "rescue": rescues[0] if rescues else None, "others": rescues[1:], "looked_at": row.looked_at,
        "lessening": lessening_drawn(request, row.order, row.lessening)}


def levels_drawn(levels: Sequence[Level]) -> list[dict[str, Any]]:
    """The back-test by level of chance: what happened with its interval, and what was foreseen as the tick."""
    return [{
        "it": level, "band": f"{100 * level.from_:.0f} – {100 * level.to:.0f} %", "foreseen": drawn.per_cent(level.foreseen), "happened": drawn.per_cent(level.happened),
        "bar": {"point": _at(level.happened), "low": _at(level.low), "high": _at(level.high), "others": _at(level.foreseen),
                "label": f"{drawn.per_cent(level.happened)} happened, between {drawn.per_cent(level.low)} and {drawn.per_cent(level.high)}; foreseen {drawn.per_cent(level.foreseen)}"},
    } for level in levels]


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """What is at risk, and what is lost already, as a file."""
    columns = [
        ("order", str), ("customer", str), ("due", date), ("site", str), ("step", str), ("hours of slack", Decimal), ("chance", Decimal), ("low", Decimal), ("high", Decimal), ("why", str),
        ("what saves it", str), ("gain", Decimal), ("cost", Decimal), ("currency", str), ("net", Decimal), ("lost", bool),
        ("what lessens it", str), ("units in time", int), ("second parcel", Decimal)]  # fmt: skip
    return taken(request, Table("at-risk", columns, [_told(row) for row in [*risks.listed(10_000), *risks.listed(10_000, lost=True)]]), format)


def _told(row: risks.RiskRow) -> tuple[Any, ...]:
    first, less = row.rescues[0] if row.rescues else None, row.lessening
    return (
        row.order, row.customer, row.due_on, row.site, row.step, row.slack_h, row.chance, row.low, row.high, _said(row.reasons), first.said if first else "",
        row.gain, first.cost if first else None, first.currency if first else "", row.net, row.lost, less.said if less else "",
        less.units if less and not less.forbidden else None, less.cost if less else None)  # fmt: skip


def _said(reasons: Sequence[Reason]) -> str:
    return "; ".join(reason.said for reason in reasons)

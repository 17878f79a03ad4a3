"""Pages that look over all areas: Today, one order, search, and releasing chosen orders."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from hanse.fulfilment.deadlines import deadlines
from hanse.fulfilment.release import Release, release
from hanse.journal.acting import act, act_all, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders import board, reads
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.holds import BLOCKS
from hanse.orders.outcome import keep_outcome
from hanse.orders.pages import back, chosen
from hanse.orders.previewing import basis_on, owed
from hanse.orders.reads import OrderView
from hanse.perfect_order import drawn, risk_pages, risks
from hanse.perfect_order import reads as perfect
from hanse.web.context import Frame
from hanse.web.words import day_in_words

from . import allocated, attention, finding, happened, parcels
from . import today as figures
from . import tour as guided
from .attention import Counted, Wanted
from .exception_pages import address, queue
from .kinds import KINDS
from .order import WholeOrder, latest, order_view

SHOWN = 12
STOPS_LEAVING = [type for type, steps in BLOCKS.items() if steps & {"release", "hand-over"}]


# -- today ----------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What needs me, and what will be late?"""
    now, role = clock.now(), Frame(request).role
    on = now.date()
    kinds = attention.kinds_of(role)
    counted = attention.counts(Wanted(kinds), on, request.user.get_username())
    found = attention.needs(kinds, on, limit=SHOWN)
    needed = sum(it.all for it in counted)
    midnight = datetime.combine(timezone.localtime(now).date(), time(), timezone.get_current_timezone())
    passed = figures.through(midnight)
    most = max((n for _, n, _ in passed), default=0) or 1
    return render(request, "edge/today.html", {
        "now": now, "said": f"{now:%A} {now.day} {now:%B %Y}", "tiles": tiles(role, counted, now), "queue": queue(request, found, now), "back": "today",
        "needed": needed, "shown": len(found), "by_kind": by_kind(counted), "mine": sum(it.mine for it in counted), "nobodys": sum(it.nobodys for it in counted), "cut_offs": [cut_off(c) for c in figures.cut_offs(now, STOPS_LEAVING)],
        "through": [{"word": word, "count": n, "shade": shade, "width": round(150 * n / most, 1)} for word, n, shade in passed],
        "may_place": may(request, "orders.place"), "limit": figures.LOOKED_BACK, **_tour(request),
    })


def _tour(request: HttpRequest) -> dict[str, Any]:
    """The guided tour of a demo, until it is hidden."""
    if clock.course() is None or request.htmx:  # type: ignore[attr-defined]
        return {}
    hidden = request.session.get("tour") == "hidden"
    return {"demo": True, "pace": guided.pace(), "tour": [] if hidden else guided.stops()}


@login_required
@require_POST
def tour(request: HttpRequest) -> HttpResponse:
    """Hide the guided tour, or show it again."""
    request.session["tour"] = "hidden" if request.POST.get("show") == "no" else "shown"
    return redirect("today")


def by_kind(counted: Sequence[Counted]) -> list[tuple[str, str, int]]:
    """(kind, word, how many), most first."""
    return [(it.kind, KINDS[it.kind].word, it.all) for it in counted]


def tiles(role: str, counted: Sequence[Counted], now: datetime) -> list[dict[str, Any]]:
    """Five counts that lead to what they count; which five goes by role."""
    on = now.date()
    counts, it, risk = reads.counts(on), figures.figures(on), risks.counts()
    board_at = lambda view: f"{reverse('orders')}?view={view}" if view != "open" else reverse("orders")  # noqa: E731
    needed, old = sum(it.all for it in counted), sum(it.old for it in counted)
    sites = ", ".join(f"{code} {n}" for code, n in figures.to_pack_by_site()) if it.to_pack else ""
    known = {
        "needs": ("Needs a person", "alert-triangle", needed, f"{old} older than 2 hours" if old else "none older than 2 hours", "bad" if old else "quiet", address("exceptions")),
        "due": (f"Due by {day_in_words(on + timedelta(days=1), on)}", "clock", counts["due"], f"{counts['late']} late already" if counts["late"] else "none late", "watch" if counts["late"] else "quiet", board_at("due")),
        "release": ("Ready to release", "bolt", counts["to-release"], f"{it.release_due} due by tomorrow", "quiet", (role == "warehouse" and address("release")) or board_at("to-release")),
        "pick": ("Waiting to be picked", "scan", it.open_tasks, "open pick tasks", "quiet", address("pick") or board_at("open")),
        "pack": ("Waiting to be packed", "package", it.to_pack, sites or "orders with picked units", "quiet", (role == "warehouse" and address("pack")) or f"{board_at('open')}?status=picking"),
        "hand_over": ("Waiting for the carrier", "truck-loading", it.staged, "packed cartons", "quiet", address("hand_over") or board_at("open")),
        "back": ("Units on backorder", "calendar-event", it.waiting, f"{counts['backordered']} orders; {it.dated} units dated", "quiet", address("backorders") or board_at("backordered")),
        "way": ("On the way", "truck", it.on_the_way, f"parcels of {counts['on-its-way']} orders", "quiet", board_at("on-its-way")),
        "held": ("Orders on hold", "lock", counts["on-hold"], "each says who holds it", "quiet", board_at("on-hold")),
        "risk": ("At risk", "flag", risk.at_risk, f"{risk.savable} can be saved" if risk.savable else "nothing known saves them" if risk.at_risk else "all open orders look well", "watch" if risk.savable else "quiet", address("at_risk") or board_at("due")),
        "unpaid": ("Invoices open", "receipt", it.unpaid, f"{it.overdue} overdue" if it.overdue else "none overdue", "watch" if it.overdue else "quiet", address("invoices") or board_at("open")),
    }
    names = {
        "warehouse": ("release", "pick", "pack", "hand_over", "needs"), "transport": ("hand_over", "way", "needs", "due", "risk"),
        "finance": ("held", "unpaid", "needs", "due", "way"),
    }.get(role, ("needs", "due", "risk", "release", "back"))
    return [dict(zip(("word", "icon", "count", "said", "tone", "url"), known[name], strict=True)) for name in names]


def cut_off(it: figures.CutOff) -> dict[str, Any]:
    """A cut-off with its bar: packed, and at risk at the right end."""
    minutes = int(it.left.total_seconds() // 60)
    width = 290
    return {
        "it": it, "time": it.at.astimezone(ZoneInfo(it.zone)).strftime("%H:%M"), "left": f"in {minutes // 60}:{minutes % 60:02} h" if minutes >= 0 else "over for today",
        "packed": round(width * it.packed / it.due, 1), "risk": round(width * it.at_risk / it.due, 1), "risk_at": round(width - width * it.at_risk / it.due, 1), "width": width,
    }


# -- one order ------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def order(request: HttpRequest, number: str) -> HttpResponse:
    """Who gets what, when, where is it now, and why?"""
    whole = order_view(number)
    if whole is None:
        raise Http404
    limit = 200 if "all" in request.GET else SHOWN + 1
    template = "edge/_order.html" if request.htmx else "edge/order.html"  # type: ignore[attr-defined]
    return render(request, template, shown(request, whole, limit))


def shown(request: HttpRequest, whole: WholeOrder, limit: int) -> dict[str, Any]:
    """What the page of an order needs."""
    it, now = whole.order, clock.now()
    zone = it.ship_to["zone"] or "UTC"
    on = now.astimezone(ZoneInfo(zone)).date()
    facts = latest(whole, limit)
    sites = allocated.by_site(it, reads.explanations(it.number) if it.reserved else [])
    if it.open:
        allocated.put_deadlines(sites, deadlines(it.number, now) or [])
    standing = [h for h in it.holds if not h["released_at"]]
    return {
        "order": it, "zone": zone, "today": on, "number": it.number, "lines": [line_row(line) for line in reads.in_order(it)], "sites": sites, "waiting": allocated.waiting(it),
        "reserved": sum(line.reserved for line in it.lines), "unallocated": sum(line.waiting for line in it.lines), "owed": owed(it), "owed_net": owed(it, net=True),
        "parcels": [{"parcel": p, "nr": n, "said": parcels.said(p)} for n, p in enumerate(whole.parcels, 1)],
        "timeline": json.dumps(parcels.timeline(whole.parcels, zone, it.promised_on, now)) if whole.parcels else "", "invoices": invoiced(whole), "money": money_of(whole),
        "happened": happened.told(facts[:SHOWN] if limit == SHOWN + 1 else facts, zone, on), "more": len(facts) > SHOWN and limit == SHOWN + 1,
        "verdicts": verdicts_of(it, now, risk_pages.of_order(request, it.number) if it.open else {}),
        "requests": [request_row(r, now) for r in reads.requests(order=it.id, open=False)] if it.requests else [], "badges": badges(it, on), "standing": [board.hold_word(h["type"]) for h in standing], "agreed": agreed(it), "basis_on": rebased(it), "appointment": booked(it), "late": it.open and it.promised_on is not None and it.promised_on < on,
        "can": {
            "book": it.open and may(request, "orders.book_appointments"),
            "repeat": may(request, "orders.start_recurring"),
            "change": it.open and may(request, "orders.change"), "cancel": it.ordered - it.cancelled > it.shipped and may(request, "orders.cancel"),
            "hold": it.open and may(request, "orders.hold"), "release_hold": bool(standing) and may(request, "orders.release_hold"),
            "release": any(s.released < s.counters["reserved"] for s in sites) and not standing and may(request, "fulfilment.release"),
            "substitute": any(line.waiting for line in it.lines) and may(request, "orders.substitute") and bool(reads.proposals(it.number)),
            "allocate": any(line.waiting for line in it.lines) and may(request, "orders.allocate"),
        },
    }  # fmt: skip


def verdicts_of(it: OrderView, now: datetime, at_risk: Mapping[date | None, dict[str, Any]]) -> list[dict[str, Any]]:
    """The verdict of each of the order's commitments: as it is kept, or as it looks while nothing is due; with what is at risk of those on their way."""
    moved = {line.basis_on: line.promised_on for line in it.lines if line.promised_on}
    known = perfect.verdicts(it.number) or perfect.judged_now(it.number, now)
    return [drawn.verdict(v, moved.get(v.due_on), at_risk.get(v.due_on)) for v in known if v.state != "void"]


def request_row(it: reads.RequestRow, now: datetime) -> dict[str, Any]:
    """A change that a site is asked for, and how it stands: in words, with a tone."""
    if it.outcome == "done":
        return {"it": it, "said": "Done", "tone": "good", "mark": "check"}
    if it.state == "requested":
        late = it.answer_by < now
        return {"it": it, "said": "Overdue" if late else "Asked", "tone": "bad" if late else "busy", "mark": "clock"}
    word = "Refused" if it.state == "refused" else "Too late"
    return {"it": it, "said": f"{word}, kept at the dock" if not it.outcome else word, "tone": "watch" if it.outcome else "bad", "mark": "hand-stop"}


def line_row(line: reads.LineView | reads.KitView) -> dict[str, Any]:
    """A line or kit with its bar, and one note where something stands out."""
    names = ("ordered", "cancelled", "reserved", "picked", "packed", "shipped", "delivered", "waiting")
    row: dict[str, Any] = {"line": line, "counters": {name: getattr(line, name) for name in names}, "due_on": None}
    if isinstance(line, reads.KitView):
        return row | {"kit": True, "loose": ", ".join(f"{part['shipped']:,} {part['sku']}" for part in line.loose)}
    due = min((peg["due_on"] for peg in line.waits_for), default=None)
    return row | {"part": line.kit is not None, "due_on": datetime.fromisoformat(due).date() if due else None, "stock_url": address("stock_item", line.sku)}


def badges(it: OrderView, on: Any) -> list[tuple[str, str, str]]:
    """How far it is, and what needs a person."""
    state = board.STATES.get(it.status, it.status)
    kind, mark = {"delivered": ("good", "check"), "cancelled": ("idle", "ban"), "closed": ("idle", "check"), "placed": ("idle", "clock")}.get(it.status, ("busy", "truck" if "ship" in it.status else "package"))
    found = [(state, kind, mark)]
    found += [(board.hold_word(h["type"]), "idle", "lock") for h in it.holds if not h["released_at"]]
    if it.open and it.promised_on and it.promised_on < on:
        found.append(("Late", "bad", "clock"))
    elif it.open and it.promised_on == on and it.shipped < it.ordered - it.cancelled:
        found.append(("Late risk", "watch", "clock"))
    return found


def agreed(it: OrderView) -> str:
    """What is to be said of a promise that moved: why, and whether the customer agreed."""
    moves = [p for p in it.promises if p["was_on"]]
    if not moves or it.promised_on == it.first_promised_on:
        return ""
    last = moves[-1]
    return f"{last['reason']}{'' if last['agreed_by'] or last['by_customer'] else ', not agreed'}"


def rebased(it: OrderView) -> date | None:
    """The day the order is judged by, where the customer asked for another one than we first promised."""
    return basis_on(it) if any(p["basis_on"] for p in it.promises) else None


def booked(it: OrderView) -> dict[str, Any] | None:
    """When the receiver takes the order in, if that is booked."""
    return it.appointment and it.appointment | {name: datetime.fromisoformat(it.appointment[name]) for name in ("starts_at", "ends_at")}


def invoiced(whole: WholeOrder) -> list[dict[str, Any]]:
    """The invoices with their pages, where billing has such, and how they stand."""
    return [
        {"it": it, "url": address("invoice", it.invoice), "said": "credit" if it.kind == "credit" else "paid" if it.settled >= it.total else f"{it.settled} paid" if it.settled else "open"}
        for it in whole.invoices
    ]  # fmt: skip


def money_of(whole: WholeOrder) -> dict[str, Any]:
    """What was invoiced net of credits, and how much of it is paid, in words."""
    bills = [it for it in whole.invoices if it.kind == "invoice"]
    net = sum((it.net for it in bills), 0) - sum((it.net for it in whole.invoices if it.kind == "credit"), 0)
    paid = sum(1 for it in bills if it.settled >= it.total)
    count = f"{len(bills)} invoice{'' if len(bills) == 1 else 's'}"
    word = "none paid" if not paid else "paid" if paid == len(bills) else f"{paid} paid"
    return {"net": net, "said": f"{count}, {word}" if bills else "nothing invoiced yet"}


@login_required
@require_POST
def allocate_order(request: HttpRequest, number: str) -> HttpResponse:
    """Look for sites for the open units of one order."""
    tell(request, act(request, allocate, Allocate(number)))
    return redirect(reverse("order", args=[number]))


@login_required
@require_POST
def release_order(request: HttpRequest, number: str) -> HttpResponse:
    """Release one order to the floor of all its sites."""
    tell(request, act(request, release, Release(number)))
    return redirect(reverse("order", args=[number]))


def tell(request: HttpRequest, answer: Any) -> None:
    """Say an answer on the next page."""
    (messages.error if isinstance(answer, Refused) else messages.success)(request, answer.said() if isinstance(answer, Refused) else f"{answer.said()}.")


@login_required
@require_POST
def release_orders(request: HttpRequest) -> HttpResponse:
    """Release the chosen orders to the floor; says per order what was left and why."""
    numbers = chosen(request)
    answers = act_all(request, release, [Release(number) for number in numbers])
    keep_outcome(request, "{done} of {all} released to the floor.", numbers, answers)
    return redirect(back(request))


# -- search -----------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """One exact find is opened at once; else a list of what there is, else what stands close."""
    q = request.GET.get("q", "").strip().replace("\x00", "")[:100]
    found = [(hit, hit_url(hit)) for hit in finding.hits(q)] if q else []
    exact = [url for hit, url in found if hit.exact and url]
    if len(exact) == 1 or (len(found) == 1 and found[0][1]):
        return redirect(exact[0] if exact else found[0][1])
    near = [(hit, hit_url(hit)) for hit in finding.near(q)] if q and not found else []
    return render(request, "edge/search.html", {"q": q, "found": found, "near": near})


def hit_url(hit: finding.Hit) -> str:
    """Where a find is opened: its own page, else that of its order."""
    own = {"order": ("order", hit.name), "customer": ("customer", hit.name), "item": ("stock_item", hit.name), "invoice": ("invoice", hit.name)}.get(hit.kind)
    return (address(*own) if own else "") or (reverse("order", args=[hit.order]) if hit.order else f"{reverse('orders')}?view=all&sku={hit.name}" if hit.kind == "item" else "")

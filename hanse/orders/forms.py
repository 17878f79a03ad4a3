"""The forms of one order: change and cancel with preview, hold and release. Each form carries its key."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act, may, user
from hanse.journal.operation import Operation
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.partners.addresses import AddressGiven
from hanse.web.posted import BadForm, posted
from hanse.web.words import day_in_words

from . import reads
from .board import hold_word
from .cancel import Cancel, CancelLine, cancel
from .change import Change, ChangeLine, change
from .events import UnitsCancelled
from .hold import Hold, hold
from .holds import BLOCKS, may_release, releasers
from .place import PlaceLine
from .previewing import effects, tried
from .reads import KitView, LineView, OrderView
from .release_hold import ReleaseHold, release_hold

MOST_ADDED = 50


class OneLine:
    """One line of a form with many, as `posted` reads a form."""

    def __init__(self, **values: str):
        self.POST = MultiValueDict({name: [value] for name, value in values.items()})


def posted_lines(request: HttpRequest, position: int = 0) -> tuple[list[PlaceLine], list[dict[str, Any]]]:
    """The order lines of a form, and its rows with what was typed and what is wrong; empty rows are left out."""
    lines, rows = [], []
    columns = [request.POST.getlist(name) for name in ("sku", "quantity", "unit_price")]
    for sku, quantity, unit_price in list(zip(*columns, strict=False))[:1000]:
        if not (sku.strip() or quantity.strip()):
            continue
        row: dict[str, Any] = {"sku": sku, "quantity": quantity, "unit_price": unit_price, "found": {}}
        try:
            lines.append(posted(PlaceLine, OneLine(sku=sku, quantity=quantity, unit_price=unit_price)))  # type: ignore[arg-type]
        except BadForm as bad:
            row["found"] = bad.findings
        rows.append(row)
    return lines, rows


def place_findings(answer: Refused, rows: Sequence[dict[str, Any]], under: str) -> dict[str, str]:
    """Put each finding of a refusal to its row and field; what belongs to no row comes back by field."""
    rest: dict[str, str] = {}
    for error in answer.errors:
        steps = error.pointer.removeprefix("#/").split("/")
        if steps[0] == under and len(steps) == 3 and steps[1].isdigit() and int(steps[1]) < len(rows):
            rows[int(steps[1])]["found"][steps[2]] = error.detail
        else:
            rest[steps[0]] = error.detail
    return rest


def granted(request: HttpRequest, operation: Operation) -> None:
    """Turn away a reader who may not do this, before a form is shown or read."""
    if not may(request, operation.name):
        raise PermissionDenied(f"{user(request).name} may not do this. Nothing was changed. Ask an admin for a role that may, or switch your role.")


def hold_types() -> list[tuple[str, str]]:
    """The types of hold with their words and what they stop."""
    return [(type, f"{type.capitalize()}: stops {', '.join(sorted(steps))}") for type, steps in sorted(BLOCKS.items())]


def reason_of(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip().replace("\x00", "")[:2000]


def order_or_404(number: str) -> OrderView:
    """The order, or no page."""
    found = reads.order(number)
    if found is None:
        raise Http404
    return found


def repeated(request: HttpRequest) -> list[tuple[str, str]]:
    """What was posted, to be posted again with the preview's button."""
    ours = ("csrfmiddlewaretoken", "key", "accept", "sure")
    return [(name, value) for name, values in request.POST.lists() if name not in ours for value in values]


def to_order(number: str) -> HttpResponse:
    return redirect(reverse("order", args=[number]))


# -- change -------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def change_order(request: HttpRequest, number: str) -> HttpResponse:
    """Change quantities, lines, address, receiver or date: previewed, then accepted as previewed."""
    granted(request, change)
    order = order_or_404(number)
    context: dict[str, Any] = {"order": order, "lines": shown_lines(order, {}), "added": [], "form": form_of(order), "fallbacks": FALLBACK_WORDS, "askers": ASKERS,
                               "promise_hint": f"Now {day_in_words(order.promised_on, clock.now().date())}; empty: it stays." if order.promised_on else "None yet.",
                               "works": any(part["released"] > part["shipped"] for line in order.lines for part in line.allocations)}
    if request.method == "GET":
        return render(request, "orders/change_order.html", context)
    added, rows = posted_lines(request)
    context |= {"added": rows, "form": request.POST.dict()}
    try:
        quantities, address = changed_lines(request, order), new_address(request, order)
        ask = posted(Change, request, order=number, lines=quantities, add=tuple(added), ship_to=address)
    except BadForm as bad:
        context |= {"bad": bad, "lines": shown_lines(order, bad.findings, request)}
        return render(request, "orders/change_order.html", context, status=422)
    context["lines"] = shown_lines(order, {}, request)
    if any(row["found"] for row in rows):
        return render(request, "orders/change_order.html", context, status=422)
    if "edit" in request.POST:
        return render(request, "orders/change_order.html", context)
    refused = None
    if ask.accept:
        answer = act(request, change, ask)
        if not isinstance(answer, Refused):
            messages.success(request, f"{answer.said()}.")
            return to_order(number)
        refused = answer
    found = tried(lambda: change([Change(**{name: getattr(ask, name) for name in ASKED})], by=user(request)), number)
    if isinstance(found.answer, Refused) or found.order is None:
        place_findings(found.answer, rows, "add")
        return render(request, "orders/change_order.html", context | {"answer": found.answer}, status=422)
    changes = effects(order, found.order, clock.now().date())
    fields = [*repeated(request), ("accept", found.answer.after.mark)]
    return render(request, "orders/preview.html", {
        "order": order, "heading": "Change", "said": found.answer.changes, "changes": changes, "fields": fields, "answer": refused,
        "asked": [asked.said() for asked in found.answer.asked], "action": reverse("change_order", args=[number]), "button": f"Change {number}", "danger": False,
    })


ASKED = ("order", "lines", "add", "ship_to", "receiver", "requested_on", "promised_on", "agreed_by", "by_customer", "reason", "carrier", "fallback")
FALLBACK_WORDS = [("intercept", "Keep it at the dock"), ("let-go", "Let it go as it is"), ("return", "Let it go; it comes back")]
"""What may follow if a site cannot, as the desk chooses it."""
ASKERS = [("false", "We did"), ("true", "The customer did")]
"""Who asked for another day: only the customer's own wish is what the order is judged by."""


def form_of(order: OrderView) -> dict[str, Any]:
    """The form as it opens: what is, and an address that is not changed."""
    return {"receiver": order.receiver, "carrier": order.carrier, "fallback": "intercept", "requested_on": order.requested_on.isoformat() if order.requested_on else "", **order.ship_to, "home": HOME[order.ship_to["home"]]}


def shown_lines(order: OrderView, findings: dict[str, str], request: HttpRequest | None = None, alone: bool = False) -> list[dict[str, Any]]:
    """The lines and kits with what was typed for each; `alone` shows the components of kits and what went out over a line too."""
    return [
        {"line": it, "left": it.ordered - it.cancelled, "free": it.at_once, "floor": it.on_floor, "bound": bound_of(it), "part": not isinstance(it, KitView) and it.kit is not None,
         "typed": request.POST.get(f"line-{it.position}", "") if request else str(it.ordered - it.cancelled), "found": findings.get(f"line-{it.position}", "")}
        for it in reads.in_order(order) if it.ordered > it.cancelled and (alone or isinstance(it, KitView) or (it.kit is None and it.over_of is None))
    ]  # fmt: skip


def bound_of(line: LineView | KitView) -> str:
    """'8 of the 12 units are already packed': how far the units are that a site works on, in the furthest stage."""
    left = line.ordered - line.cancelled
    if isinstance(line, KitView):
        return f"{left - line.at_once:,} of the {left:,} kits are on the floor or further" if line.at_once < left else ""
    released = line.released
    for word, units in (("shipped", line.shipped), ("packed", line.packed), ("picked", line.picked)):
        if units and units == line.picked:
            return f"{units:,} of the {left:,} units are already {word}"
    if line.picked:
        return f"{line.picked:,} of the {left:,} units are already picked or further"
    return f"{released:,} of the {left:,} units are being picked" if released else ""


def changed_lines(request: HttpRequest, order: OrderView) -> tuple[ChangeLine, ...]:
    """The lines whose quantity shall be another one."""
    asks, findings = [], {}
    for line in reads.in_order(order):
        name = f"line-{line.position}"
        if name not in request.POST:
            continue
        try:
            asks.append(posted(ChangeLine, OneLine(quantity=request.POST[name]), line=line.position))  # type: ignore[arg-type]
        except BadForm as bad:
            findings[name] = bad.findings["quantity"]
    if findings:
        raise BadForm(findings, request.POST.dict())
    left = {line.position: line.ordered - line.cancelled for line in reads.in_order(order)}
    return tuple(a for a in asks if a.quantity != left[a.line])


PLACE = ("name", "street", "postcode", "city", "region", "country")
HOME = {True: "yes", False: "no", None: ""}
"""Whether people live at an address, as a form says it."""


def new_address(request: HttpRequest, order: OrderView) -> AddressGiven | None:
    """The address as typed; nothing where it is the order's own."""
    typed = {name: request.POST.get(name, "").strip() for name in (*PLACE, "home")}
    if "country" not in request.POST or typed == as_typed(order.ship_to):
        return None
    return posted(AddressGiven, request, code="", zone="", gln="", latitude=None, longitude=None)


def as_typed(address: Mapping[str, Any]) -> dict[str, str]:
    """An address as the form says it."""
    return {name: address[name] or "" for name in PLACE} | {"home": HOME[address["home"]]}


# -- cancel -------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def cancel_units(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel units at once, or ask the site that works on them to stop them: previewed, then done."""
    granted(request, cancel)
    order = order_or_404(number)
    rows = [row | {"typed": ""} for row in shown_lines(order, {}, alone=True)]
    whole = [row for row in rows if not row["part"]]
    context: dict[str, Any] = {"order": order, "lines": rows, "reason": reason_of(request), "units": sum(row["free"] for row in whole),
                               "floor": sum(row["floor"] for row in whole), "fallbacks": FALLBACK_WORDS, "fallback": request.POST.get("fallback", "intercept")}
    if request.method == "GET":
        return render(request, "orders/cancel_units.html", context)
    asks, wrong = cancelled_lines(request, rows)
    if wrong or not asks or "edit" in request.POST:
        note = {} if wrong or asks or "edit" in request.POST else {"what": "Nothing to cancel.", "why": "Say how many units of which line."}
        return render(request, "orders/cancel_units.html", context | note, status=200 if "edit" in request.POST else 422)
    fallback = next((value for value, _ in FALLBACK_WORDS if value == context["fallback"]), None)
    ask = Cancel(number, asks, reason_of(request), by_customer="by_customer" in request.POST, fallback=fallback)  # type: ignore[arg-type]
    if "sure" in request.POST:
        answer = act(request, cancel, ask)
        if not isinstance(answer, Refused):
            messages.success(request, f"{answer.said()}.")
            return to_order(number)
        return render(request, "orders/cancel_units.html", context | {"answer": answer}, status=422)
    found = tried(lambda: cancel([ask], by=user(request)), number)
    if isinstance(found.answer, Refused) or found.order is None:
        return render(request, "orders/cancel_units.html", context | {"answer": found.answer}, status=422)
    at_once = found.answer.units if isinstance(found.answer, UnitsCancelled) else []
    now, asked = sum(n for n, _ in at_once), sum(a.units for a in found.answer.asked)
    doing = [f"cancel {now:,} unit{'' if now == 1 else 's'}"] * bool(now) + [f"ask to stop {asked:,}"] * bool(asked)
    return render(request, "orders/preview.html", {
        "order": order, "heading": "Cancel units", "said": [f"{n:,} of {sku}" for n, sku in at_once], "asked": [asked.said() for asked in found.answer.asked],
        "changes": effects(order, found.order, clock.now().date()), "fields": [*repeated(request), ("sure", "1")],
        "action": reverse("cancel_units", args=[number]), "button": " and ".join(doing).capitalize(), "danger": True,
    })


def cancelled_lines(request: HttpRequest, rows: list[dict[str, Any]]) -> tuple[tuple[CancelLine, ...], bool]:
    """The units to cancel per line; what is wrong is put to its row. A zero or nothing leaves a line alone."""
    asks, wrong = [], False
    for row in rows:
        line = row["line"]
        row["typed"] = typed = request.POST.get(f"line-{line.position}", "").strip()
        if typed in ("", "0"):
            continue
        try:
            ask = posted(CancelLine, OneLine(quantity=typed), line=line.position)  # type: ignore[arg-type]
        except BadForm as bad:
            row["found"], wrong = bad.findings["quantity"], True
            continue
        if ask.quantity > row["free"] + row["floor"]:
            row["found"], wrong = f"{row['bound'] or 'There are not so many'}. {row['free'] + row['floor']:,} can still be cancelled or stopped.", True
        asks.append(ask)
    return tuple(asks), wrong


# -- hold ---------------------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def hold_order(request: HttpRequest, number: str) -> HttpResponse:
    """Put a hold on an order, or release one that stands."""
    operation = release_hold if request.POST.get("release") else hold
    if request.method == "POST" or not may(request, release_hold.name):
        granted(request, operation)
    order = order_or_404(number)
    standing = [it for it in order.holds if not it["released_at"]]
    taken = {it["type"] for it in standing}
    context: dict[str, Any] = {
        "order": order, "standing": [it | {"word": hold_word(it["type"]), "may": may(request, release_hold.name) and may_release(user(request), it["type"]), "who": " or ".join(releasers(it["type"]))} for it in standing], "types": [t for t in hold_types() if t[0] not in taken],
        "may_hold": may(request, hold.name), "form": request.POST.dict(),
    }
    if request.method == "GET":
        return render(request, "orders/hold_order.html", context)
    type = request.POST.get("type", "")
    if type not in BLOCKS:
        return render(request, "orders/hold_order.html", context | {"bad": BadForm({"type": "Choose one."}, request.POST.dict())}, status=422)
    ask = ReleaseHold(number, type, reason_of(request)) if operation is release_hold else Hold(number, type, reason_of(request))
    answer = act(request, operation, ask)
    if isinstance(answer, Refused):
        return render(request, "orders/hold_order.html", context | {"answer": answer}, status=422)
    messages.success(request, f"{number}: {answer.said()}.")
    return to_order(number)

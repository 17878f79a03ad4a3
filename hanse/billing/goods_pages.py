"""Credits to book: what never came sound, parcel by parcel, each with one button; other units than proposed behind a fold."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import reads
from .credit_goods import CreditGoods, credit_goods
from .goods import CAUSES
from .invoice import Units

MOST = 200


@login_required
@require_GET
def goods_credits(request: HttpRequest) -> HttpResponse:
    """What is to be credited, the oldest first; one parcel of it where it is named."""
    return _page(request, request.GET.get("parcel", "")[:80])


def _page(request: HttpRequest, parcel: str, status: int = 200, **more: Any) -> HttpResponse:
    found = [x for x in reads.to_credit(MOST) if parcel in ("", x.parcel)]
    parcels = [{
        "it": rows[0], "rows": rows, "net": sum(x.net for x in rows), "units": sum(x.units for x in rows), "unsure": any(x.unsure for x in rows),
        "why": " and ".join(dict.fromkeys(CAUSES[x.cause] for x in rows)),
    } for rows in (list(of) for _, of in groupby(found, key=lambda x: (x.order, x.parcel)))]
    return render(request, "billing/goods_credits.html", {"parcels": parcels, "parcel": parcel, "granted": may(request, credit_goods.name)} | more, status=status)


@login_required
@require_POST
def book_goods_credit(request: HttpRequest) -> HttpResponse:
    """Book the credit of a parcel: as proposed, or with the units typed."""
    parcel = request.POST.get("parcel", "")
    try:
        ask = posted(CreditGoods, request, lines=_units(request) if "other" in request.POST else None)
    except BadForm as bad:
        return _page(request, parcel[:80], 422, bad=bad)
    answer = act(request, credit_goods, ask)
    if isinstance(answer, Refused):
        return _page(request, parcel[:80], 409, answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect("invoice", answer.credits[0])


def _units(request: HttpRequest) -> tuple[Units, ...]:
    """The units typed, by line; nothing and nought are left out."""
    units, wrong = [], {}
    for name, text in request.POST.items():
        position, text = name.removeprefix("units_"), str(text).strip()
        if position == name or text in ("", "0") or not (position.isascii() and position.isdigit() and len(position) < 9):
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            wrong["lines"] = f"{text} is no number of units such as 12."
        else:
            units.append(Units(int(position), int(text)))
    if not units and not wrong:
        wrong["lines"] = "Say how many units of which line."
    if wrong:
        raise BadForm(wrong, request.POST.dict())
    return tuple(units)


@waits("goods_credits")
def credits_waiting(user: Any) -> int:
    """How many parcels wait for their credit."""
    return len({(x.order, x.parcel) for x in reads.to_credit(99)})

"""The pages that belong to no area: all pages, the role switch and the language sheet."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.kernel import clock
from hanse.web.context import Frame
from hanse.web.counters import label
from hanse.web.posted import BadForm


@login_required
@require_GET
def all_pages(request: HttpRequest) -> HttpResponse:
    """Every page there is, with its keys; on a phone also the way to sign out."""
    return render(request, "web/all_pages.html")


@login_required
@require_POST
def switch_role(request: HttpRequest) -> HttpResponse:
    """Show the pages as one of the user's other roles does. Rights do not change by it."""
    role = request.POST.get("role", "")
    if role in Frame(request).roles:
        request.session["role"] = role
    return redirect(_first_page())


def _first_page() -> str:
    try:
        return reverse("today")
    except NoReverseMatch:
        return reverse("all_pages")


@login_required
@require_GET
def language(request: HttpRequest) -> HttpResponse:
    """The design language: every mark, state and message in one place, drawn with the real pieces."""
    return render(request, "web/language.html", sheet())


def sheet() -> dict[str, Any]:
    """Examples for the language sheet."""
    today = clock.now().date()
    counters = {"ordered": 60, "cancelled": 4, "reserved": 50, "picked": 42, "packed": 34,
                "shipped": 26, "delivered": 14, "waiting": 6}
    return {
        "counters": counters, "said": label(counters),
        "actions": [
            {"name": "release", "word": "Release to floor", "icon": "bolt", "url": ""},
            {"name": "hold", "word": "Hold…", "icon": "lock", "url": ""},
            {"name": "release-hold", "word": "Release hold", "url": ""}],
        "conditions": [
            ("Place", "map-pin", "true", "true"), ("Product", "package", "false", "false"),
            ("Time", "clock", "will be false", "will be false"),
            ("Customer", "user-check", "not known", "not known yet"), ("Invoice", "file-invoice", "true", "true")],
        "changes": [
            {"name": "Stock", "before": "12 reserved in Hamburg", "after": "8 reserved in Hamburg"},
            {"name": "Money", "before": "1,948.03 €", "after": "1,612.40 €"},
            {"name": "Promise", "before": "Fri 20 Nov", "after": "Fri 20 Nov"}],
        "rows": _rows(),
        "bad": BadForm({"new_date": "November has 30 days."}, {"new_date": "31 Nov 2026"}),
        "chart": _chart(today),
        "timeline": _timeline(today),
    }


def _rows() -> list[dict[str, Any]]:
    """Three orders for the sheet's table."""
    return [
        {"number": "H-104741", "customer": "Stahlbau Peine GmbH", "value": "9388.40", "needs": "Credit hold",
         "counters": {"ordered": 210, "reserved": 210}, "said": "210 of 210 allocated", "fits": "release-hold hold"},
        {"number": "H-104738", "customer": "Kern & Söhne", "value": "1204.90", "needs": "Credit hold",
         "counters": {"ordered": 44, "reserved": 44}, "said": "44 of 44 allocated", "fits": "release-hold hold"},
        {"number": "H-104733", "customer": "Brouwer Staal BV", "value": "2210.75", "needs": "",
         "counters": {"ordered": 60, "reserved": 60, "picked": 40}, "said": "40 of 60 picked", "fits": "release hold"},
    ]


def _chart(today: date) -> dict[str, Any]:
    """Stock of an item over a fortnight, as `charts.js` takes it."""
    days = [today + timedelta(days=n) for n in range(-13, 1)]
    hand = [4800, 4680, 4590, 4410, 4300, 4180, 3960, 5640, 5510, 5360, 5190, 4890, 4510, 4260]
    held = [1180, 1350, 1240, 1420, 1390, 1300, 1210, 1480, 1520, 1340, 1290, 1400, 1360, 1315]
    return {
        "kind": "steps", "x": "day", "unit": "pieces",
        "series": [
            {"name": "On hand", "colour": "c-shipped", "fill": "c-allocated",
             "points": [[day.isoformat(), n] for day, n in zip(days, hand, strict=True)]},
            {"name": "Reserved", "colour": "watch-mark", "fill": "watch-bg",
             "points": [[day.isoformat(), n] for day, n in zip(days, held, strict=True)]}],
    }


def _timeline(today: date) -> dict[str, Any]:
    """Two parcels, as `timeline.js` takes them."""
    def at(day: int, time: str) -> str:
        return f"{(today + timedelta(days=day)).isoformat()}T{time}:00Z"

    return {
        "zone": "UTC", "from": at(-2, "22:00"), "to": at(2, "00:00"), "now": at(0, "14:20"),
        "promised": [at(1, "00:00"), at(2, "00:00")],
        "rows": [{"id": 1, "name": "Parcel 1", "said": "delivered"}, {"id": 2, "name": "Parcel 2", "said": "on its way"}],
        "spans": [
            {"row": 1, "from": at(-1, "06:10"), "to": at(-1, "12:58"), "stage": "packed", "word": "HAM"},
            {"row": 1, "from": at(-1, "12:58"), "to": at(0, "10:42"), "stage": "delivered", "word": "Elbe Express, 10:42"},
            {"row": 2, "from": at(-1, "16:05"), "to": at(0, "14:20"), "stage": "shipped", "word": "Elbe Express"},
            {"row": 2, "from": at(0, "14:20"), "to": at(1, "13:00"), "stage": "ahead", "word": "expected, 9 to 13"}],
    }

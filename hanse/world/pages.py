"""The what-if pages: say a change, see how far its futures are, and what they say."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, may
from hanse.journal.asking import rows
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.tables import Format, Table, taken

from . import drawn, reads
from .ask_what_if import AskWhatIf, Home, ask_what_if, first_day, home_of
from .history import LIVED, Lived
from .saying import EXAMPLE, KINDS, BadChange, change_text, fields
from .stop_what_if import StopWhatIf, stop_what_if
from .whatif import DAILY, MEASURES
from .whatif_words import LOOKS, caution, directions, sentences, unit_of

STATES = {"asked": ("Waits for the worker", "idle", "clock"), "living": ("Being lived", "busy", "refresh"), "answered": ("Answered", "good", "check"), "stopped": ("Stopped", "bad", "x")}


def _allowed(request: HttpRequest) -> None:
    if not may(request, "world.ask_what_if"):
        raise PermissionDenied("What-if is for planners and admins. Ask an admin for the role, or switch your role.")


@login_required
@require_http_methods(["GET", "POST"])
def what_ifs(request: HttpRequest) -> HttpResponse:
    """What was asked so far, and the form to ask."""
    _allowed(request)
    home, why = home_of(rows(Lived, LIVED))
    if home is None:
        return render(request, "world/what_ifs.html", {"why": why, "rows": _listed()})
    kind = request.POST.get("kind", request.GET.get("kind", "cut-off"))
    kind = kind if kind in KINDS else "cut-off"
    if request.method == "GET":
        return _asking(request, home, kind)
    try:
        text = request.POST.get("change", "") if kind == "file" else change_text(kind, home.company, request.POST.dict())
        asked = posted(AskWhatIf, request, change=text)
        if not text.strip():
            raise BadChange({"change": "Paste a file, or choose a kind of change above."})
    except (BadForm, BadChange) as bad:
        return _asking(request, home, kind, BadForm(bad.findings, request.POST.dict()), status=422)
    answer = act(request, ask_what_if, asked)
    if isinstance(answer, Refused):
        return _asking(request, home, kind, BadForm({}, request.POST.dict()), answer, answer.status)
    return redirect("what_if", answer.what_if)


def _asking(request: HttpRequest, home: Home, kind: str, bad: BadForm | None = None, answer: Any = None, status: int = 200) -> HttpResponse:
    return render(request, "world/what_ifs.html", {
        "home": home, "first": first_day(home), "kinds": [(name, word, name == kind) for name, (word, _) in KINDS.items()], "kind": kind, "about": KINDS[kind][1],
        "fields": fields(kind, home.company), "bad": bad, "answer": answer, "example": bad.values.get("change", "") if bad else EXAMPLE, "rows": _listed(),
    }, status=status)  # fmt: skip


def _listed() -> list[dict[str, Any]]:
    found = reads.what_ifs()
    said = reads.measures_of([it.id for it in found])
    return [{"it": it, "state": STATES[it.state], "sure": ", ".join(directions(said.get(it.id, []))).capitalize(), "of": 2 * it.seeds} for it in found]


def _one(request: HttpRequest, id: int) -> reads.Asked:
    _allowed(request)
    it = reads.what_if(id)
    if it is None:
        raise Http404(f"There is no what-if {id}.")
    return it


@login_required
@require_GET
def what_if(request: HttpRequest, id: int) -> HttpResponse:
    """One what-if: how far its futures are, or what they say."""
    return _shown(request, _one(request, id))


def _shown(request: HttpRequest, it: reads.Asked, answer: Any = None, status: int = 200) -> HttpResponse:
    found = reads.measures(it.id)
    return render(request, "world/what_if.html", {
        "it": it, "state": STATES[it.state], "answer": answer, "plot": drawn.plotted(found, it.currency), "charts": drawn.charts(reads.days(it.id), it.currency, DAILY) if found else [],
        "sentences": [(s, LOOKS[s.verdict]) for s in sentences(found, it.currency)], "caution": caution(it.seeds, it.days), "size": drawn.CHART, "bar": _bar(it),
    }, status=status)  # fmt: skip


def _bar(it: reads.Asked) -> float:
    return round(320 * it.lived / (2 * it.seeds), 1)


@login_required
@require_GET
def progress(request: HttpRequest, id: int) -> HttpResponse:
    """How far one is, for its page to ask again and again; once it has ended, the page is to be drawn anew."""
    it = _one(request, id)
    answer = render(request, "world/_progress.html", {"it": it, "state": STATES[it.state], "bar": _bar(it)})
    if not it.open:
        answer.headers["HX-Refresh"] = "true"
    return answer


@login_required
@require_POST
def stop(request: HttpRequest, id: int) -> HttpResponse:
    """Stop living its futures."""
    it = _one(request, id)
    answer = act(request, stop_what_if, StopWhatIf(id, f"{request.user.get_username()} stopped it."))
    return _shown(request, it, answer, answer.status) if isinstance(answer, Refused) else redirect("what_if", id)


@login_required
@require_GET
def measures_export(request: HttpRequest, id: int, format: Format) -> HttpResponse:
    """What the futures say of each measure, as a file."""
    it = _one(request, id)
    columns = [
        ("what if", str), ("from", date), ("days", int), ("seeds", int), ("measure", str), ("unit", str), ("as it is", float), ("changed", float), ("difference", float),
        ("low", float), ("high", float), ("sure", bool)]  # fmt: skip
    table = [
        (it.said, it.first_on, it.days, it.seeds, MEASURES[d.measure].word, unit_of(d.measure, it.currency), d.without, d.with_it, d.difference, d.low, d.high, d.sure)
        for d in reads.measures(id)]
    return taken(request, Table(f"what-if-{id}", columns, table), format)


@login_required
@require_GET
def days_export(request: HttpRequest, id: int, format: Format) -> HttpResponse:
    """The days of both sides, as a file."""
    it = _one(request, id)
    columns = [("measure", str), ("unit", str), ("on", date), ("rules", str), ("mean", float), ("low", float), ("high", float)]
    table = [
        (MEASURES[d.measure].word, unit_of(d.measure, it.currency), d.on, "changed" if d.changed else "as they are", d.middle, d.low, d.high) for d in reads.days(id)]
    return taken(request, Table(f"what-if-{id}-days", columns, table), format)

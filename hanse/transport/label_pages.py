"""The pages of labels: the ledger with what needs a look first, asking for labels and giving them back, and how carriers are called."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, act_all, may
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import label_reads, page_reads
from .connect_carriers import AccountField, ConnectCarrier, SecretField, connect_carriers
from .label_api import KINDS
from .void_labels import VoidLabel, void_labels
from .want_labels import WantLabel, want_labels

VIEWS = {"look": "Need a look", "risk": "Money at risk", "asked": "Waiting for the carrier", "used": "Used", "all": "All"}
STATES = {
    "asked": ("Asked", "busy", "clock"), "bought": ("Bought", "good", "tag"), "used": ("Used", "good", "truck"), "void-asked": ("Void asked", "busy", "clock"), "voided": ("Voided", "idle", "ban"),
    "void-refused": ("Void refused", "bad", "x"), "refused": ("Refused", "bad", "x"), "expired": ("Expired", "bad", "clock"), "withdrawn": ("Withdrawn", "idle", "ban"),
}
NEEDS = {
    "refused": "The carrier sells none: want another, or another carrier", "void-refused": "Not taken back: claim it from the carrier", "no-answer": "No answer yet; asked again by itself",
    "expires-soon": "Expires soon: hand over, or void it", "expired": "Was never used",
}
ADAPTERS = [("table", "Our own rate table and label"), ("simulated", "A simulated carrier"), ("karrio", "karrio connector")]
MOST = 500


@login_required
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """The ledger of labels, with the money that lies in those nobody used."""
    given = {name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in ("view", "carrier", "q")}
    view = given["view"] if given["view"] in VIEWS else "all" if given["q"] else "look"
    at = request.GET.get("before", "")
    before = int(at) if at.isascii() and at.isdigit() and len(at) < 19 else 0
    found = label_reads.labels(view, carrier=given["carrier"], q=given["q"], before=before)
    kept = {name: value for name, value in (given | {"view": view}).items() if value}
    facts = {
        "rows": [(row, STATES[row.state], NEEDS.get(row.needs, "")) for row in found[: label_reads.ROWS]], "view": view, "views": VIEWS, "q": given["q"], "carrier": given["carrier"],
        "carriers": page_reads.carriers(), "risks": label_reads.at_risk(), "look": label_reads.need_a_look(), "may_void": may(request, void_labels.name), "may_want": may(request, want_labels.name),
        "here": request.get_full_path(), "keep": urlencode({k: v for k, v in kept.items() if k != "view"}),
        "later_url": f"{request.path}?{urlencode(kept | {'before': found[label_reads.ROWS - 1].label})}" if len(found) > label_reads.ROWS else "",
        "earlier_url": f"{request.path}?{urlencode(kept)}" if before else "",
    }
    return render(request, "transport/_labels.html" if request.htmx else "transport/labels.html", facts)  # type: ignore[attr-defined]


@login_required
@require_POST
def want(request: HttpRequest) -> HttpResponse:
    """Ask for the labels of the chosen cartons."""
    if not may(request, want_labels.name):
        raise PermissionDenied
    chosen = list(dict.fromkeys(c[:80] for c in request.POST.getlist("chosen")))[:MOST]
    carrier, service = request.POST.get("carrier", "").strip()[:80], request.POST.get("service", "").strip()[:200]
    asks = [WantLabel(carton, carrier or None, service) for carton in chosen]
    answers = act_all(request, want_labels, asks) if asks else []
    asked = [a for a in answers if not isinstance(a, Refused)]
    if not asks:
        messages.warning(request, "No carton was scanned or ticked.")
    if asked:
        messages.success(request, f"{len(asked)} label{'' if len(asked) == 1 else 's'} asked for.")
    for answer in [a for a in answers if isinstance(a, Refused)][:5]:
        messages.error(request, in_words(answer))
    return _back(request)


@login_required
@require_POST
def void(request: HttpRequest, label: int) -> HttpResponse:
    """Give a label back."""
    if not may(request, void_labels.name):
        raise PermissionDenied
    answer = act(request, void_labels, VoidLabel(label, request.POST.get("why", "").strip()[:200]))
    (messages.error if isinstance(answer, Refused) else messages.success)(request, in_words(answer).rstrip(".") + ".")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) and back.startswith("/") else reverse("labels"))


@login_required
@require_GET
def paper(request: HttpRequest, label: int) -> HttpResponse:
    """The paper of a label."""
    found = label_reads.document(label)
    if found is None:
        raise Http404("This label has no paper.")
    return HttpResponse(found[1], content_type=KINDS.get(found[0], "text/plain; charset=utf-8"), headers={"Content-Disposition": f'inline; filename="{found[2]}.{found[0].lower()}"'})


@login_required
@require_http_methods(["GET", "POST"])
def connections(request: HttpRequest) -> HttpResponse:
    """How carriers are called, and a form to say so."""
    facts: dict[str, Any] = {"rows": label_reads.connections(), "may": may(request, connect_carriers.name), "adapters": ADAPTERS, "carriers": page_reads.carriers(), "days": 30}
    if request.method == "GET":
        return render(request, "transport/connections.html", facts)
    if not facts["may"]:
        raise PermissionDenied
    try:
        account, secrets = (_pairs(request, name) for name in ("account", "secrets"))
        ask = posted(ConnectCarrier, request, account=tuple(AccountField(*pair) for pair in account), secrets=tuple(SecretField(*pair) for pair in secrets))
    except BadForm as bad:
        return render(request, "transport/connections.html", facts | {"bad": bad}, status=422)
    answer = act(request, connect_carriers, ask)
    if isinstance(answer, Refused):
        findings = {e.pointer.removeprefix("#/").split("/")[0]: e.detail for e in answer.errors}
        return render(request, "transport/connections.html", facts | {"bad": BadForm(findings, request.POST.dict()), "answer": answer}, status=409)
    messages.success(request, in_words(answer) + ".")
    return redirect("connections")


def _pairs(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    """Lines of `name = value`."""
    lines = [line.strip() for line in request.POST.get(name, "").replace("\x00", "").splitlines() if line.strip()]
    pairs = [tuple(part.strip()[:200] for part in line.split("=", 1)) for line in lines[:50]]
    if wrong := [line for line, pair in zip(lines, pairs, strict=False) if len(pair) != 2 or not all(pair)]:
        raise BadForm({name: f"Write a line for each as name = value, not as {wrong[0][:60]}."}, request.POST.dict())
    return [(pair[0][:80], pair[1]) for pair in pairs]


@waits("labels")
def labels_that_need_a_look(user: Any) -> int:
    return label_reads.need_a_look()

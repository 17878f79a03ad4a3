"""The page of backorders: items that do not suffice, their queue, and the run: simulated, looked at, done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from hanse.inventory import page_reads as stock
from hanse.journal.acting import act, may, tried
from hanse.kernel.refused import Refused
from hanse.web.words import in_words

from . import backorder_reads as reads
from .events import BackorderLine
from .run_backorders import RunBackorders, run_backorders

RULE_WORDS = {
    "win": "served in full first", "gain": "keeps what it has, may get more", "improve": "never worse, may get more or sooner",
    "redistribute": "dealt out anew", "fill": "keeps at most what it has", "lose": "gives up what it has",
}  # fmt: skip


@login_required
@require_GET
def backorders(request: HttpRequest) -> HttpResponse:
    """The items of which units wait."""
    return render(request, "orders/backorders.html", {"rows": reads.short_items()})


@login_required
@require_http_methods(["GET", "POST"])
def backorder_item(request: HttpRequest, sku: str) -> HttpResponse:
    """The queue of an item. Posted without a mark it is simulated, with the mark it is done."""
    item = stock.item(sku)
    if item is None:
        raise Http404(f"There is no item {sku}.")
    answer: Any = None
    if request.method == "POST":
        mark = request.POST.get("mark", "")[:200]
        if mark:
            answer = act(request, run_backorders, RunBackorders(sku, mark))
            if not isinstance(answer, Refused):
                messages.success(request, in_words(answer))
                return redirect("backorder_item", sku=sku)
        else:
            answer = tried(request, run_backorders, RunBackorders(sku))
    simulated = None if answer is None or isinstance(answer, Refused) else answer
    shown = {"item": item, "queue": reads.queue(sku), "sites": stock.by_site(item.id), "may_run": may(request, "orders.run_backorders"),
             "answer": answer if isinstance(answer, Refused) else None, "simulated": simulated, "words": RULE_WORDS}
    if simulated:
        shown |= {"fares": [(line, fares(line)) for line in simulated.lines], "short": sum(1 for x in simulated.lines if x.rule == "win" and x.after < x.wanted),
                  "changes": any(fares(line)[0] != "same" for line in simulated.lines)}
    return render(request, "orders/backorder_item.html", shown)


def fares(line: BackorderLine) -> tuple[str, str, str]:
    """How a line fares: kind, word and mark of its badge."""
    if line.after != line.before:
        more = line.after - line.before
        return ("gains", f"{more:+,}", "good") if more > 0 else ("loses", f"{more:,}".replace("-", "−"), "bad")
    if line.promised_before and line.promised_after and line.promised_before != line.promised_after:
        return ("later", "later", "watch")
    return ("same", "waits on" if line.after < line.wanted else "other site", "idle")

"""The page of what an item is made of and what may stand in for it: a recipe and an approved list, for whoever keeps items."""

from itertools import groupby

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act, may
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted

from . import reads
from .keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from .keep_substitutes import KeepSubstitute, keep_substitutes

PRICES = [("lower", "the lower of both"), ("original", "what was ordered"), ("substitute", "its own")]
FIRST_ROWS = 5


@login_required
@require_http_methods(["GET", "POST"])
def item_parts(request: HttpRequest, sku: str) -> HttpResponse:
    """What an item is made of from which day on, and what may stand in for it; both kept here."""
    item = reads.item(sku)
    if item is None:
        raise Http404
    form = request.POST.get("form", "")
    keep = {"recipe": keep_recipes, "substitute": keep_substitutes}.get(form)
    bad = None
    if request.method == "POST" and keep is not None:
        try:
            answer = act(request, keep, _recipe(request, sku) if form == "recipe" else _substitute(request, sku))
        except BadForm as wrong:
            bad = wrong
        else:
            if not isinstance(answer, Refused):
                messages.success(request, f"{answer.said()}.")
                return redirect(reverse("item_parts", args=[sku]))
            bad = BadForm(_findings(answer), request.POST.dict())
    return render(request, "catalogue/item_parts.html", {
        "item": item, "recipes": [(on, list(parts)) for on, parts in groupby(item.recipes, key=lambda c: c.from_on)],
        "substitutes": [(s, dict(PRICES)[s.price_rule]) for s in item.substitutes], "rows": _rows(request if form == "recipe" else None, item),
        "bad_recipe": bad if form == "recipe" else None, "bad_substitute": bad if form == "substitute" else None, "prices": PRICES,
        "may_keep": may(request, keep_recipes.name), "may_approve": may(request, keep_substitutes.name),
    }, status=422 if bad else 200)


def _recipe(request: HttpRequest, sku: str) -> KeepRecipe:
    """The recipe as typed; empty rows are left out."""
    parts, findings = [], {}
    for i, (part, quantity) in enumerate(_typed(request)):
        if not part:
            continue
        if not quantity.isascii() or not quantity.isdigit() or not 0 < int(quantity[:9]) <= 10**6:
            findings[f"row-{i}"] = "Give a whole number, such as 2."
        else:
            parts.append(ComponentGiven(part, int(quantity)))
    if not parts and not findings:
        findings["row-0"] = "Name at least one component."
    if findings:
        raise BadForm(findings, request.POST.dict())
    return posted(KeepRecipe, request, kit=sku, components=tuple(parts))


def _substitute(request: HttpRequest, sku: str) -> KeepSubstitute:
    """The approval as typed. A box that is not ticked means no."""
    boxes = {name: name in request.POST for name in ("both_ways", "consent")}
    return posted(KeepSubstitute, request, item=sku, **boxes)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    columns = [[text.strip().replace("\x00", "")[:200] for text in request.POST.getlist(name)] for name in ("sku", "quantity")]
    return list(zip(*columns, strict=False))[:100]


def _findings(answer: Refused) -> dict[str, str]:
    """A refusal's findings by field; those of a component by its row."""
    found = {}
    for error in answer.errors:
        steps = error.pointer.removeprefix("#/").split("/")
        found[f"row-{steps[1]}" if steps[0] == "components" else {"kit": "row-0"}.get(steps[0], steps[0])] = error.detail
    return found or {"row-0": answer.detail}


def _rows(request: HttpRequest | None, item: reads.ItemView) -> list[tuple[str, str, str]]:
    """(field name, SKU, quantity): what was typed, else the latest recipe, and room for more."""
    if request is not None:
        typed = _typed(request)
    else:
        last = max((c.from_on for c in item.recipes), default=None)
        typed = [(c.sku, str(c.quantity)) for c in item.recipes if c.from_on == last]
    typed += [("", "")] * max(FIRST_ROWS - len(typed), 1)
    return [(f"row-{i}", sku, quantity) for i, (sku, quantity) in enumerate(typed)]

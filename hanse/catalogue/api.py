"""The API of the catalogue: items, recipes of kits, substitutes."""

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel.asks import Short
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown

from . import reads
from .keep import KeepItem, keep_items
from .keep_recipes import KeepRecipe, keep_recipes
from .keep_substitutes import KeepSubstitute, keep_substitutes
from .retire import RetireItem, retire_items

router = Router(tags=["catalogue"])


@router.post("/items/batch", response=answers_to(keep_items))
def add_and_change_items(request: HttpRequest, asks: Body[list[KeepItem]]) -> HttpResponse:
    """Add items, or change those that are known; what is left out stays as it is. One answer for each, in the same order."""
    return answered(request, keep_items, asks)


@router.post("/items/retirements/batch", response=answers_to(retire_items))
def retire_and_bring_back(request: HttpRequest, asks: Body[list[RetireItem]]) -> HttpResponse:
    """Take items off sale from a day on, or bring them back."""
    return answered(request, retire_items, asks)


@router.post("/items/recipes/batch", response=answers_to(keep_recipes))
def keep_what_kits_are_made_of(request: HttpRequest, asks: Body[list[KeepRecipe]]) -> HttpResponse:
    """Say what kits are made of from a day on. Orders that are placed keep the recipe they were placed with."""
    return answered(request, keep_recipes, asks)


@router.post("/items/substitutes/batch", response=answers_to(keep_substitutes))
def approve_substitutes(request: HttpRequest, asks: Body[list[KeepSubstitute]]) -> HttpResponse:
    """Approve what may stand in for what, or end it from a day on."""
    return answered(request, keep_substitutes, asks)


@router.get("/items", response=page_schema(reads.ItemView))
def items(request: HttpRequest, q: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Items by SKU; `q` finds the beginning of a SKU, a part of a name or a GTIN."""
    at = after(cursor, str)
    return page_of(reads.items(limit + 1, at[0] if at else "", q), limit, lambda item: item.sku)


@router.get("/items/{path:sku}", response=reads.ItemView)
def item(request: HttpRequest, sku: str) -> HttpResponse:
    """One item with its packs; a kit with its recipes; and what may stand in for it."""
    found = reads.item(sku)
    return shown(found) if found else missing(request, "item", sku)

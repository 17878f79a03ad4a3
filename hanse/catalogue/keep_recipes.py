"""Keep recipes: what a kit is made of, from a day on.

An item with a recipe in force is a kit: an order for it is an order for its components, which are reserved together.
The recipe is frozen on the order, so one kept later changes nothing that is placed. A kit holds no kits: say the
components of the inner one instead.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from annotated_types import Gt, Le, MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import ItemKept, KitPart, RecipeKept
from .keep import ALONE

PerKit = Annotated[int, Gt(0), Le(10**6)]


@ask
class ComponentGiven:
    """So many units of an item in one kit."""

    sku: Code
    quantity: PerKit = 1


@ask
class KeepRecipe:
    """What a kit is made of, from this day on (today unless said). A recipe of the same day is replaced."""

    kit: Code
    components: Annotated[tuple[ComponentGiven, ...], MinLen(1), MaxLen(100)]
    from_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is there: SKUs, recipes by kit and day, and the kits that each item is a component of."""

    skus: AbstractSet[str]
    recipes: Mapping[tuple[str, date], tuple[KitPart, ...]]
    kits: AbstractSet[str]
    used: AbstractSet[str]


def decide(asks: Sequence[KeepRecipe], known: Known, today: date) -> list[RecipeKept | ItemKept | Refused]:
    """Answer each ask; later ones see what earlier ones kept."""
    answers: list[RecipeKept | ItemKept | Refused] = []
    recipes, kits, used = dict(known.recipes), set(known.kits), set(known.used)
    for ask in asks:
        from_on = ask.from_on or today
        parts = tuple(sorted((KitPart(c.sku, c.quantity) for c in ask.components), key=lambda c: c.sku))
        was = recipes.get((ask.kit, from_on), ())
        if wrong := _findings(ask, known.skus, kits, used):
            answers.append(refuse_all(wrong))
        elif parts == was:
            answers.append(ItemKept(ask.kit))
        else:
            recipes[ask.kit, from_on] = parts
            kits.add(ask.kit)
            used |= {c.sku for c in parts}
            answers.append(RecipeKept(ask.kit, from_on, parts, was))
    return answers


def _findings(ask: KeepRecipe, skus: AbstractSet[str], kits: AbstractSet[str], used: AbstractSet[str]) -> list[Refused]:
    """All that is wrong with a recipe, each with its place."""
    found = [refuse("sku-unknown", at="kit", sku=ask.kit)] if ask.kit not in skus else []
    if ask.kit in used:
        found.append(refuse("kit-of-kits", at="kit", sku=ask.kit))
    named: set[str] = set()
    for i, component in enumerate(ask.components):
        at = f"components/{i}/sku"
        if component.sku not in skus:
            found.append(refuse("sku-unknown", at=at, sku=component.sku))
        elif component.sku in kits or component.sku == ask.kit:
            found.append(refuse("kit-of-kits", at=at, sku=component.sku))
        elif component.sku in named:
            found.append(refuse("values-refused", at=at, why=f"{component.sku} is named twice: say how many in all."))
        named.add(component.sku)
    return found


SKUS = "SELECT sku FROM catalogue_item WHERE sku = ANY(%(skus)s::text[])"
RECIPES = """
SELECT k.sku, c.from_on, i.sku, c.quantity FROM catalogue_component c JOIN catalogue_item k ON k.id = c.kit_id JOIN catalogue_item i ON i.id = c.item_id
 WHERE k.sku = ANY(%(skus)s::text[]) OR i.sku = ANY(%(skus)s::text[]) ORDER BY k.sku, c.from_on, i.sku
"""
DROP = """
DELETE FROM catalogue_component c USING catalogue_item k, unnest(%(item)s::text[], %(from_on)s::date[]) AS r(kit, from_on)
 WHERE k.sku = r.kit AND c.kit_id = k.id AND c.from_on = r.from_on
"""
KEEP = """
INSERT INTO catalogue_component (kit_id, from_on, item_id, quantity)
SELECT k.id, r.from_on, i.id, r.quantity
  FROM unnest(%(kit)s::text[], %(from_on)s::date[], %(sku)s::text[], %(quantity)s::bigint[]) WITH ORDINALITY AS r(kit, from_on, sku, quantity, n)
  JOIN catalogue_item k ON k.sku = r.kit JOIN catalogue_item i ON i.sku = r.sku ORDER BY r.n
"""
"""Components keep the order they were given in."""


@operation
def keep_recipes(run: Run, asks: Sequence[KeepRecipe]) -> list[RecipeKept | ItemKept | Refused]:
    """Keep what kits are made of: the components of a kit and day together."""
    run.rows(lambda _: None, ALONE)
    answers = decide(asks, _known(run, asks), run.now.date())
    last = {(a.item, a.from_on): a for a in answers if isinstance(a, RecipeKept)}
    if last:
        kept = [(a, c) for a in last.values() for c in a.components]
        run.write(DROP, list(last.values()))
        run.write(KEEP, [c for _, c in kept], kit=[a.item for a, _ in kept], from_on=[a.from_on for a, _ in kept])
    return answers


def _known(run: Run, asks: Sequence[KeepRecipe]) -> Known:
    """The items that the asks name, and the recipes these stand in."""
    named = sorted({ask.kit for ask in asks} | {c.sku for ask in asks for c in ask.components})
    recipes: dict[tuple[str, date], tuple[KitPart, ...]] = {}
    for kit, from_on, sku, quantity in run.rows(as_tuple, RECIPES, skus=named):
        recipes[kit, from_on] = (*recipes.get((kit, from_on), ()), KitPart(sku, quantity))
    return Known(
        skus=set(run.rows(str, SKUS, skus=named)), recipes=recipes, kits={kit for kit, _ in recipes},
        used={c.sku for parts in recipes.values() for c in parts})

"""What the catalogue tells."""

from dataclasses import dataclass
from datetime import date

from hanse.journal.events import FreeForm, event


@event("item")
class ItemAdded:
    """An item is new; `given` are its fields that were said."""

    item: str
    name: str
    given: FreeForm

    def said(self) -> str:
        return f"{self.item} added: {self.name}"


@event("item")
class ItemChanged:
    """An item changed; `changes` are field: [before, after]."""

    item: str
    changes: FreeForm

    def said(self) -> str:
        return f"{self.item} changed: " + ", ".join(f"{field.replace('_', ' ')} {was} → {now}" for field, (was, now) in self.changes.items())


@event("item", silent=True)
class ItemKept:
    """The item is as asked already."""

    item: str

    def said(self) -> str:
        return f"{self.item} is so already"


@event("item")
class ItemRetired:
    """An item is not sold any more from this day on; what is promised is still delivered."""

    item: str
    retired_on: date

    def said(self) -> str:
        return f"{self.item} retired on {self.retired_on}"


@event("item")
class ItemBroughtBack:
    """A retired item is sold again."""

    item: str

    def said(self) -> str:
        return f"{self.item} is sold again"


@dataclass(frozen=True, slots=True)
class KitPart:
    """So many units of an item in one kit."""

    sku: str
    quantity: int


@event("item")
class RecipeKept:
    """From this day on a kit is made of these components. Orders placed keep the recipe they were placed with."""

    item: str
    from_on: date
    components: tuple[KitPart, ...]
    was: tuple[KitPart, ...] = ()

    def said(self) -> str:
        return f"{self.item} is made of {', '.join(f'{c.quantity} {c.sku}' for c in self.components)} from {self.from_on} on"


@event("item")
class SubstituteKept:
    """An item may be replaced by another: how many by how many, at whose price, and whether the customer must agree."""

    item: str
    by: str
    per: int
    units: int
    price_rule: str
    consent: bool
    from_on: date
    until_on: date | None = None

    def said(self) -> str:
        ends = f" until {self.until_on}" if self.until_on else ""
        return f"{self.per} {self.item} may be replaced by {self.units} {self.by} from {self.from_on} on{ends}"

"""What the catalogue tells."""

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

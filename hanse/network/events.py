"""What the network tells."""


from hanse.journal.events import FreeForm, event


@event("site")
class SiteAdded:
    """A site is new, with so many bins and lanes."""

    site: str
    given: FreeForm
    bins: int
    lanes: int

    def said(self) -> str:
        return f"Site {self.site} added with {self.bins} bins and {self.lanes} lanes"


@event("site")
class SiteChanged:
    """A site changed: field: [before, after]; the codes of zones and bins that are new or changed; the lanes if they changed."""

    site: str
    changes: FreeForm
    zones: list[str]
    bins: list[str]
    lanes: list[FreeForm] | None = None

    def said(self) -> str:
        parts = [f"{field.replace('_', ' ')} {was} → {now}" for field, (was, now) in self.changes.items()]
        parts += [f"{len(self.zones)} zones"] if self.zones else []
        parts += [f"{len(self.bins)} bins"] if self.bins else []
        parts += [f"{len(self.lanes)} lanes"] if self.lanes is not None else []
        return f"Site {self.site} changed: " + ", ".join(parts)


@event("site", silent=True)
class SiteKept:
    """The site is as asked already."""

    site: str

    def said(self) -> str:
        return f"Site {self.site} is so already"


@event("site")
class FloorKept:
    """How one walks at a site and how it picks, as it is from now on."""

    site: str
    floor: FreeForm

    def said(self) -> str:
        way = f"{len(self.floor['aisles'])} aisles" if self.floor["aisles"] else f"{len(self.floor['racks'])} racks"
        return f"Floor of {self.site}: {way}, picked by {self.floor['method']}"

"""What partners tell. Names and tax numbers of parties stay out of the journal: they may be a person's."""


from hanse.journal.events import FreeForm, event


@event("party")
class PartyAdded:
    """A party is new, in these roles; `addresses` are the codes of its addresses."""

    party: str
    roles: list[str]
    given: FreeForm
    addresses: list[str]
    contacts: int = 0

    def said(self) -> str:
        return f"{self.party} added as {', '.join(self.roles) or 'party without a role'}"


@event("party")
class PartyChanged:
    """A party changed: field: [before, after]; `addresses` are those with a new version."""

    party: str
    changes: FreeForm
    addresses: list[str]
    contacts: int = 0

    def said(self) -> str:
        parts = [f"{field.replace('_', ' ')} {was} → {now}" for field, (was, now) in self.changes.items()]
        parts += [f"new address {code}" for code in self.addresses]
        parts += [f"{self.contacts} contacts"] if self.contacts else []
        return f"{self.party} changed: " + ", ".join(parts)


@event("party", silent=True)
class PartyKept:
    """The party is as asked already."""

    party: str

    def said(self) -> str:
        return f"{self.party} is so already"

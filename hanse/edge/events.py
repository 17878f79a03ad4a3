"""What the edge tells: webhooks' endpoints come, go, pause and take again."""

from datetime import datetime

from hanse.journal.events import event


@event("endpoint")
class EndpointAdded:
    """Events of these kinds (none named: all) go to this address from now on. Its secret is asked for separately."""

    endpoint: int
    url: str
    kinds: list[str]

    def said(self) -> str:
        return f"Events go to {self.url}: {', '.join(self.kinds) or 'all'}."


@event("endpoint")
class EndpointPaused:
    """Nothing goes to this endpoint until somebody resumes it; what waits for it waits on."""

    endpoint: int
    trouble: str

    def said(self) -> str:
        return f"Endpoint {self.endpoint} is paused: {self.trouble}"


@event("endpoint")
class EndpointResumed:
    """The endpoint takes events again; what waited goes out now."""

    endpoint: int

    def said(self) -> str:
        return f"Endpoint {self.endpoint} takes events again."


@event("endpoint")
class EndpointRemoved:
    """Nothing goes there any more; what still waited is parked."""

    endpoint: int

    def said(self) -> str:
        return f"Endpoint {self.endpoint} is removed."


@event("endpoint")
class SecretRotated:
    """A new secret signs; the one before it signs too until the next rotation."""

    endpoint: int

    def said(self) -> str:
        return f"Endpoint {self.endpoint} has a new secret."


@event("endpoint")
class RedeliveryAsked:
    """A delivery goes out again, with the same id, from the first try on."""

    endpoint: int
    delivery: int

    def said(self) -> str:
        return f"Delivery {self.delivery} goes out again."


@event("exception")
class ExceptionTaken:
    """Somebody looks after what needs a person; `was` is the colleague it was taken over from."""

    exception: str
    kind: str
    subject: str
    owner: str
    note: str = ""
    was: str = ""

    def said(self) -> str:
        over = f", from {self.was}" if self.was else ""
        return f"{self.owner} has taken {self.exception}{over}" + (f": {self.note}" if self.note else "")


@event("exception")
class ExceptionGivenBack:
    """Somebody let go of it; it is nobody's."""

    exception: str
    kind: str
    subject: str
    was: str
    reason: str = ""

    def said(self) -> str:
        return f"{self.was} has given {self.exception} back" + (f": {self.reason}" if self.reason else "")


@event("exception")
class ExceptionHandedOn:
    """A colleague looks after it from now on; `was` is who did before, if anybody."""

    exception: str
    kind: str
    subject: str
    owner: str
    note: str = ""
    was: str = ""

    def said(self) -> str:
        return f"{self.exception} is {self.owner}'s now" + (f", was {self.was}'s" if self.was else "") + (f": {self.note}" if self.note else "")


@event("exception")
class OwnershipEnded:
    """It no longer needs a person; whoever looked after it is done."""

    exception: str
    kind: str
    subject: str
    was: str

    def said(self) -> str:
        return f"{self.exception} no longer needs {self.was}"


@event("recovery")
class Recovered:
    """The database was restored to an earlier moment and goes on from there: whatever was told after it is void. `recovery` is the new epoch.

    `lost` names the documents that were issued after that moment, where they are known.
    """

    recovery: int
    restored_to: datetime
    lifted: int
    lost: list[str]

    def said(self) -> str:
        lost = f" Lost: {', '.join(self.lost)}." if self.lost else ""
        return f"hanse goes on from {self.restored_to:%Y-%m-%d %H:%M:%S %Z}; what was told after that is void.{lost}"

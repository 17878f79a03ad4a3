"""What the edge tells: webhooks' endpoints come, go, pause and take again."""

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

"""The facts a simulated world tells."""

from datetime import date

from hanse.journal.events import event


@event("world")
class DayEnded:
    """A simulated day was lived to its midnight."""

    world: str
    seed: int
    began: date
    day: date

    def said(self) -> str:
        return f"{self.day} was lived to its end in {self.world}"


@event("what_if")
class WhatIfAsked:
    """Somebody wants to know what a change of the company's rules would do."""

    what_if: int
    change: str
    days: int
    seeds: int

    def said(self) -> str:
        return f"What if: {self.change}; {self.seeds} futures of {self.days} days"


@event("what_if")
class WhatIfAnswered:
    """All futures of a change were lived, without it and with it; what is sure is named with its direction."""

    what_if: int
    change: str
    sure: list[str]

    def said(self) -> str:
        return f"{self.change}: " + (", ".join(self.sure) if self.sure else "nothing is sure")


@event("what_if")
class WhatIfStopped:
    """The futures of a change are not lived any further."""

    what_if: int
    change: str
    why: str

    def said(self) -> str:
        return f"{self.change}: stopped. {self.why}"

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

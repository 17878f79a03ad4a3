"""Expire tenders: what a carrier did not answer in time goes to the next of the routing guide. hanse does it by itself, each minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask

from .answering import Asked, Ended, close, lock_and_read
from .events import TenderExpired, TenderNotDue
from .waterfall import Offer, go_on


@ask
class ExpireTender:
    """Look whether the tender of a load has expired."""

    load: Code


@dataclass(frozen=True, slots=True)
class Expired:
    """A tender whose time is up."""

    told: TenderExpired
    asked: Asked


def decide(asks: Sequence[ExpireTender], tenders: Mapping[str, Sequence[Asked]], now: datetime) -> list[Expired | TenderNotDue]:
    """Expire what is open and late; each once."""
    answers: list[Expired | TenderNotDue] = []
    done: set[str] = set()
    for ask in asks:
        late = next((t for t in tenders.get(ask.load, ()) if t.result == "" and t.answer_by < now and ask.load not in done), None)
        if late:
            done.add(ask.load)
        answers.append(Expired(TenderExpired(ask.load, late.rank, late.carrier), late) if late else TenderNotDue(ask.load))
    return answers


@operation
def expire_tenders(run: Run, asks: Sequence[ExpireTender]) -> list[TenderExpired | TenderNotDue]:
    """Expire tenders, and ask the next carriers."""
    decided = decide(asks, lock_and_read(run, [a.load for a in asks]), run.now)
    expired = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Expired)]
    close(run, [(Ended(d.asked.tender, "expired"), owner[0]) for d, owner in expired])
    run.tell(go_on(run, [Offer(d.asked.load, d.asked.number, d.asked.rank) for d, _ in expired]))
    return [d.told if isinstance(d, Expired) else d for d in decided]

"""Answer tender: a carrier accepts a load, with its pick-up number, or declines it with a reason; declined, the next is asked at once.

Only who is asked may answer, and only until its time is up: a late yes is refused, for the next may have been asked by then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .answering import Asked, Ended, close, lock_and_read, set_state
from .events import TenderAccepted, TenderDeclined
from .waterfall import Offer, go_on


@ask
class AnswerTender:
    """What a carrier says to a load."""

    load: Code
    carrier: Code
    answer: Literal["accept", "decline"]
    pickup_number: Short = ""
    reason: Short = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that counts."""

    told: TenderAccepted | TenderDeclined
    asked: Asked
    ended: Ended


def decide(asks: Sequence[AnswerTender], tenders: Mapping[str, Sequence[Asked]], now: datetime) -> list[Answered | Refused]:
    """Take the answer of whoever is asked, once, while there is time."""
    answers: list[Answered | Refused] = []
    done: set[str] = set()
    for ask in asks:
        told = _decide(ask, tenders.get(ask.load, ()), done, now)
        if isinstance(told, Answered):
            done.add(ask.load)
        answers.append(told)
    return answers


def _decide(ask: AnswerTender, tenders: Sequence[Asked], done: set[str], now: datetime) -> Answered | Refused:
    if not tenders:
        return refuse("load-unknown", at="load", load=ask.load)
    it = next((t for t in reversed(tenders) if t.carrier == ask.carrier.upper()), None)
    if it is None:
        return refuse("tender-unknown", at="carrier", carrier=ask.carrier.upper(), load=ask.load)
    if it.result == "expired" or (it.result == "" and now > it.answer_by):
        return refuse("tender-expired", at="carrier", carrier=it.carrier, load=ask.load, until=f"{it.answer_by:%Y-%m-%d %H:%M} UTC")
    if it.result or ask.load in done:
        return refuse("tender-closed", at="carrier", carrier=it.carrier, load=ask.load, result=it.result or "answered")
    if ask.answer == "decline":
        if not ask.reason:
            return refuse("reason-missing", at="reason")
        return Answered(TenderDeclined(ask.load, it.rank, it.carrier, ask.reason), it, Ended(it.tender, "declined", ask.reason))
    return Answered(TenderAccepted(ask.load, it.rank, it.carrier, ask.pickup_number), it, Ended(it.tender, "accepted", "", ask.pickup_number))


@operation
def answer_tender(run: Run, asks: Sequence[AnswerTender]) -> list[TenderAccepted | TenderDeclined | Refused]:
    """Take carriers' answers; what was declined is offered to the next."""
    decided = decide(asks, lock_and_read(run, [a.load for a in asks]), run.now)
    answered = [(d, owner) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Answered)]
    close(run, [(d.ended, owner[0]) for d, owner in answered])
    set_state(run, [(d.asked.load, "accepted", owner[0]) for d, owner in answered if d.ended.result == "accepted"])
    declined = [d.asked for d, _ in answered if d.ended.result == "declined"]
    run.tell(go_on(run, [Offer(t.load, t.number, t.rank) for t in declined]))
    return [d.told if isinstance(d, Answered) else d for d in decided]

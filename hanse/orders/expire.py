"""Expire: a site did not answer a request in time. It counts as too late, and the fallback is taken."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import ChangeTooLate
from .requests import Answer, Request, falls_back, locked, settle


@ask
class Expire:
    """Take the fallback of a request whose time is over."""

    request: Id


def decide(asks: Sequence[Expire], requests: Mapping[int, Request], now: datetime) -> list[ChangeTooLate | Refused]:
    """Only what is unanswered and over; a request expires once."""
    answers: list[ChangeTooLate | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = requests.get(ask.request)
        if it is None:
            answers.append(refuse("request-unknown", at="request", request=ask.request))
        elif it.state != "requested" or it.id in done:
            answers.append(refuse("request-closed", request=it.id, state="too late" if it.id in done else it.state.replace("-", " ")))
        elif now < it.answer_by:
            answers.append(refuse("not-due", request=it.id, until=it.answer_by))
        else:
            done.add(it.id)
            answers.append(ChangeTooLate(it.number, it.id, it.site_code, it.kind, it.fallback))
    return answers


@operation
def expire(run: Run, asks: Sequence[Expire]) -> list[ChangeTooLate | Refused]:
    """Close the time for answering; what follows was said when the site was asked."""
    answers = decide(asks, locked(run, {a.request for a in asks}), run.now)
    settle(run, [Answer(a.request, "too-late", falls_back(a.fallback), run.actor) for a in answers if isinstance(a, ChangeTooLate)])
    return answers

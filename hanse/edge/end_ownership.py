"""End ownership: what no longer needs a person is nobody's, so that it is nobody's too should it come again."""

from collections.abc import Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Name, ask
from hanse.kernel.refused import Refused, refuse

from .events import OwnershipEnded
from .ownership import DISOWN, Known, known, name_of


@ask
class EndOwnership:
    """End the ownership of an exception that is gone."""

    kind: Code
    subject: Name


def decide(asks: Sequence[EndOwnership], now: Known) -> list[OwnershipEnded | Refused]:
    """Only of what is gone, once: it may have come again since it was looked at."""
    answers: list[OwnershipEnded | Refused] = []
    owners = dict(now.owners)
    for it in asks:
        named = (it.kind, it.subject)
        if named in now.live:
            answers.append(refuse("state-conflict", why=f"{name_of(*named)} still needs a person."))
        elif named not in owners:
            answers.append(refuse("exception-unowned", owner="anybody"))
        else:
            answers.append(OwnershipEnded(name_of(*named), it.kind, it.subject, owners.pop(named)))
    return answers


@operation
def end_ownership(run: Run, asks: Sequence[EndOwnership]) -> list[OwnershipEnded | Refused]:
    """Forget whose these were; the journal keeps it."""
    answers = decide(asks, known(run, asks))
    run.write(DISOWN, [a for a in answers if isinstance(a, OwnershipEnded)])
    return answers

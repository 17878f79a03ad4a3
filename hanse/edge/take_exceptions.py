"""Take exceptions: who takes one looks after it until its cause is gone, it is given back or handed on."""

from collections.abc import Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Name, Short, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import ExceptionTaken
from .ownership import OWN, PASS_ON, Known, known, name_of


@ask
class TakeException:
    """Make an exception mine. `instead_of` names the colleague it is taken over from."""

    kind: Code
    subject: Name
    note: Text = ""
    instead_of: Short = ""


def decide(asks: Sequence[TakeException], people: Sequence[str], now: Known) -> list[ExceptionTaken | Refused]:
    """What needs a person and is nobody's can be taken, once; what is a colleague's only by naming them."""
    answers: list[ExceptionTaken | Refused] = []
    owners = dict(now.owners)
    for it, who in zip(asks, people, strict=True):
        named = (it.kind, it.subject)
        owner = owners.get(named, "")
        if named not in now.live:
            answers.append(refuse("exception-gone", exception=name_of(*named)))
        elif owner == who:
            answers.append(refuse("exception-owned", owner="You"))
        elif owner != it.instead_of:
            answers.append(refuse("exception-owned", owner=owner) if owner else refuse("exception-unowned", owner=it.instead_of))
        else:
            owners[named] = who
            answers.append(ExceptionTaken(name_of(*named), it.kind, it.subject, who, it.note, owner))
    return answers


@operation
def take_exceptions(run: Run, asks: Sequence[TakeException]) -> list[ExceptionTaken | Refused]:
    """Make exceptions the asker's own."""
    answers = decide(asks, [who for who, _ in run.owners], known(run, asks))
    taken = [a for a in answers if isinstance(a, ExceptionTaken)]
    run.write(OWN, [a for a in taken if not a.was])
    run.write(PASS_ON, [a for a in taken if a.was])
    return answers

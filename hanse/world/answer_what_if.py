"""Answer what if: all its futures were lived; keep what they say."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import WhatIfAnswered
from .stop_what_if import KNOWN, Asked
from .whatif import Report
from .whatif_words import directions


@ask
class AnswerWhatIf:
    """What the futures of a change say, lived from the company as it was at an instant."""

    what_if: Id
    as_of: datetime
    report: Report


def decide(asks: Sequence[AnswerWhatIf], known: Mapping[int, Asked]) -> list[WhatIfAnswered | Refused]:
    """Only what is being lived is answered, once."""
    answers: list[WhatIfAnswered | Refused] = []
    living = {id: it for id, it in known.items() if it.state == "living"}
    for ask_ in asks:
        if (it := living.pop(ask_.what_if, None)) is None:
            answers.append(refuse("state-conflict", why="This what-if is not being lived."))
        else:
            answers.append(WhatIfAnswered(it.id, it.said, directions(ask_.report.differences)))
    return answers


ANSWER = """
UPDATE world_whatif AS w SET state = 'answered', lived = 2 * w.seeds, as_of = a.as_of, moved_at = %(now)s::timestamptz
  FROM unnest(%(what_if)s::bigint[], %(as_of)s::timestamptz[]) AS a(id, as_of) WHERE w.id = a.id
"""
MEASURES = """
INSERT INTO world_whatif_measure (what_if_id, measure, without, with_it, difference, low, high)
SELECT * FROM unnest(%(of)s::bigint[], %(measure)s::text[], %(without)s::float[], %(with_it)s::float[], %(difference)s::float[], %(low)s::float[], %(high)s::float[])
"""
DAYS = """
INSERT INTO world_whatif_day (what_if_id, measure, "on", changed, middle, low, high)
SELECT * FROM unnest(%(of)s::bigint[], %(measure)s::text[], %(on)s::date[], %(changed)s::bool[], %(middle)s::float[], %(low)s::float[], %(high)s::float[])
"""


@operation
def answer_what_if(run: Run, asks: Sequence[AnswerWhatIf]) -> list[WhatIfAnswered | Refused]:
    """Keep the answers."""
    answers = decide(asks, {it.id: it for it in run.rows(Asked, KNOWN, asks)})
    answered = [ask_ for a, ask_ in zip(answers, asks, strict=True) if isinstance(a, WhatIfAnswered)]
    run.write(ANSWER, answered)
    differences = [(ask_.what_if, d) for ask_ in answered for d in ask_.report.differences]
    run.write(MEASURES, [d for _, d in differences], of=[id for id, _ in differences])
    days = [(ask_.what_if, d) for ask_ in answered for d in ask_.report.days]
    run.write(DAYS, [d for _, d in days], of=[id for id, _ in days])
    return answers

"""Keep message: an EDI message as it came, before anything is read from it. The same message twice is kept once."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated

from annotated_types import MaxLen, MinLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.x12 import MOST_CHARACTERS

from .events import MessageKept, MessageKnown


@ask
class KeepMessage:
    """A message, whole."""

    body: Annotated[str, MinLen(1), MaxLen(MOST_CHARACTERS)]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body.encode()).hexdigest()


def decide(asks: Sequence[KeepMessage], known: Mapping[str, str]) -> list[MessageKept | MessageKnown | Refused]:
    """Keep each message once."""
    answers: list[MessageKept | MessageKnown | Refused] = []
    seen = set(known)
    for ask in asks:
        if "\x00" in ask.body:
            answers.append(refuse("values-refused", at="body", why="There is a character in it that cannot be kept."))
            continue
        answers.append(MessageKnown(ask.sha256) if ask.sha256 in seen else MessageKept(ask.sha256, len(ask.body)))
        seen.add(ask.sha256)
    return answers


KNOWN = "SELECT sha256, sha256 FROM transport_message WHERE sha256 = ANY(%(sha256)s::text[])"
KEEP = """
INSERT INTO transport_message (sha256, body, recorded_at, actor)
SELECT m.sha256, m.body, %(now)s::timestamptz, %(actor)s FROM unnest(%(sha256)s::text[], %(body)s::text[]) AS m(sha256, body)
"""


@operation
def keep_message(run: Run, asks: Sequence[KeepMessage]) -> list[MessageKept | MessageKnown | Refused]:
    """Keep messages as they came."""
    answers = decide(asks, dict(run.rows(lambda *pair: pair, KNOWN, asks)))
    run.write(KEEP, [ask for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, MessageKept)])
    return answers

"""Record manifest: a carrier closed the day, or did not. The labels of one that was refused wait for the next."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, Text, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import row

from .events import ManifestClosed, ManifestKnown, ManifestRefused


@ask
class RecordManifest:
    """What a carrier says to a manifest: its number (ours, if it gives none) and its paper as base64; a no with its words."""

    manifest: Id
    closed: bool
    number: Short = ""
    document: Annotated[str, MaxLen(2_000_000)] = ""
    why: Text = ""


@row
class Kept:
    """A manifest with its site and carrier."""

    id: int
    site: str
    carrier: str
    labels: int
    answered: bool


def decide(asks: Sequence[RecordManifest], manifests: Mapping[int, Kept]) -> list[ManifestClosed | ManifestRefused | ManifestKnown | Refused]:
    """The first answer to a manifest stands."""
    answers: list[ManifestClosed | ManifestRefused | ManifestKnown | Refused] = []
    done = {m.id for m in manifests.values() if m.answered}
    for ask in asks:
        it = manifests.get(ask.manifest)
        if it is None:
            answers.append(refuse("manifest-unknown", at="manifest", manifest=f"M-{ask.manifest}"))
        elif it.id in done:
            answers.append(ManifestKnown(f"M-{it.id}"))
        elif not _readable(ask.document):
            answers.append(refuse("values-refused", at="document", why="The document is not base64."))
        else:
            done.add(it.id)
            told = (f"M-{it.id}", it.site, it.carrier, it.labels)
            answers.append(ManifestClosed(*told, ask.number or f"M-{it.id}") if ask.closed else ManifestRefused(*told, ask.why or "no reason given"))
    return answers


def _readable(document: str) -> bool:
    try:
        base64.b64decode(document, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


LOCK = "SELECT m.id FROM transport_manifest m WHERE m.id = ANY(%(manifest)s::bigint[]) ORDER BY m.id FOR NO KEY UPDATE"
MANIFESTS = """
SELECT m.id, s.code, r.code, m.labels, m.closed_at IS NOT NULL OR m.refused_at IS NOT NULL
  FROM transport_manifest m JOIN network_site s ON s.id = m.site_id JOIN transport_carrier r ON r.id = m.carrier_id WHERE m.id = ANY(%(manifest)s::bigint[])
"""
ANSWER = """
UPDATE transport_manifest m SET number = a.number, document = nullif(decode(a.document, 'base64'), ''), why = a.why, next_at = NULL, trouble = '',
       closed_at = CASE WHEN a.closed THEN %(now)s::timestamptz END, refused_at = CASE WHEN NOT a.closed THEN %(now)s::timestamptz END
  FROM unnest(%(manifest)s::bigint[], %(closed)s::bool[], %(number)s::text[], %(document)s::text[], %(why)s::text[]) AS a(manifest, closed, number, document, why)
 WHERE m.id = a.manifest
"""
TAKE_OFF = "UPDATE transport_label l SET manifest_id = NULL WHERE l.manifest_id = ANY(%(manifest)s::bigint[])"


@operation
def record_manifest(run: Run, asks: Sequence[RecordManifest]) -> list[ManifestClosed | ManifestRefused | ManifestKnown | Refused]:
    """Record what carriers say to manifests."""
    run.lock(LOCK, asks)
    answers = decide(asks, {m.id: m for m in run.rows(Kept, MANIFESTS, asks)})
    told = [(ask, a) for ask, a in zip(asks, answers, strict=True) if isinstance(a, ManifestClosed | ManifestRefused)]
    if told:
        run.write(ANSWER, [ask for ask, _ in told], number=[a.number if isinstance(a, ManifestClosed) else "" for _, a in told], why=["" if isinstance(a, ManifestClosed) else a.why for _, a in told])
    if refused := [ask.manifest for ask, a in told if isinstance(a, ManifestRefused)]:
        run.write(TAKE_OFF, manifest=refused)
    return answers

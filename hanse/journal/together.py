"""Together: an operation's writes travel as one statement.

A statement costs more on its way than it does in the database, so `Run` keeps writes back and sends them joined:
each becomes a part of one WITH. Parts see the same snapshot and none sees what another wrote, so a write that
names a table another one writes waits for its turn, and so does a read (`Run` sees to both).
"""

import re
from dataclasses import dataclass
from functools import cache

_NAMES = re.compile(r"%\((\w+)\)s")
_TABLES = re.compile(r"\b[a-z]+_[a-z_]+\b")
_WRITTEN = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(?:ONLY\s+)?([a-z_]+)")
_PART = re.compile(r"\s*(?:WITH\s+)?(\w+)(?:\s*\([\w, ]+\))?\s+AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?\(")


@dataclass(frozen=True, slots=True)
class Statement:
    """A write taken apart: the parts of its WITH, what comes after them, and which tables it names and writes."""

    names: tuple[str, ...]
    parts: tuple[tuple[str, str], ...]
    last: str
    reads: frozenset[str]
    writes: frozenset[str]


@cache
def statement(sql: str) -> Statement:
    """Take a statement apart. The tables it reads are all words that could be one: too many do no harm."""
    parts, last = _apart(sql)
    written = frozenset(_WRITTEN.findall(sql))
    return Statement(names_in(sql), parts, last, frozenset(_TABLES.findall(_NAMES.sub("", sql))) | written, written)


@cache
def names_in(sql: str) -> tuple[str, ...]:
    """The names a statement wants filled."""
    return tuple(dict.fromkeys(_NAMES.findall(sql)))


def _apart(sql: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The parts of a WITH as (name, text), and the rest."""
    if not sql.lstrip().startswith("WITH "):
        return (), sql.strip()
    parts, at = [], 0
    while True:
        head = _PART.match(sql, at)
        if head is None:
            raise ValueError(f"a part of this WITH cannot be read: {sql[at:at + 60]!r}")
        at = _closing(sql, head.end())
        parts.append((head[1], sql[head.start():at].strip().removeprefix("WITH ").strip()))
        if not sql[at:].lstrip().startswith(","):
            return tuple(parts), sql[at:].strip()
        at = sql.index(",", at) + 1


def _closing(sql: str, at: int) -> int:
    """Behind the bracket that closes the one before `at`; brackets in quotes do not count."""
    depth, quoted = 1, False
    while depth:
        letter = sql[at]
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
        at += 1
    return at


@cache
def numbered(sql: str) -> str:
    """A statement with its names as the numbers PostgreSQL knows, in the order of `names_in`."""
    return _numbered(sql, 0)


@cache
def joined(writes: tuple[tuple[str, bool], ...]) -> str:
    """Several writes as one statement, their values numbered through. Those marked answer with one number; the others with none.

    Raises where two writes call a part by the same name.
    """
    parts: list[tuple[str, str]] = []
    count, answers = 0, []
    for nr, (sql, answering) in enumerate(writes):
        it = statement(sql)
        own = [*it.parts, (f"write_{nr}", f"write_{nr} AS (\n{it.last}\n)")]
        parts += [(name, _numbered(text, count, it.names)) for name, text in own]
        count += len(it.names)
        if answering:
            answers.append(f"(SELECT * FROM write_{nr})")
    if len(dict(parts)) < len(parts):
        names = [name for name, _ in parts]
        raise ValueError(f"writes that go together have parts of the same name: {sorted({n for n in names if names.count(n) > 1})}")
    return "WITH " + ", ".join(text for _, text in parts) + "\nSELECT " + (", ".join(answers) or "1")


@cache
def going_on(write: str, query: str) -> str:
    """A write that returns a row, and a query that is looked at only where it did: the row with all of the query's, those behind a mark
    that there is one. Their values are numbered through.

    There is no way to join the two but row by row beginning with the write, so nothing is locked before it is done.
    """
    return f"""
WITH wrote AS ({numbered(write)})
SELECT * FROM wrote LEFT JOIN (SELECT true AS came, went_on.* FROM ({_numbered(query, len(names_in(write)))}) AS went_on) AS went_on ON true
"""


def _numbered(sql: str, after: int, names: tuple[str, ...] | None = None) -> str:
    number = {name: after + nr for nr, name in enumerate(names or names_in(sql), 1)}
    return _NAMES.sub(lambda it: f"${number[it[1]]}", sql).replace("%%", "%")

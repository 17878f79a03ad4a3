"""X12: interchanges read and written. Pure; it knows envelopes, not what messages mean.

The header says how elements and segments end. Every envelope counts what is in it and repeats its control number; all that does not agree is told
at once, by segment, and nothing of such a file is taken. X12 has no escape: a delimiter inside a text is written as a blank.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

MOST_CHARACTERS = 1_000_000
MOST_FINDINGS = 20
ISA_LENGTH, ISA_ELEMENTS = 106, 16
ISA_WIDTHS = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


class BadX12(Exception):
    """The file cannot be taken: what is wrong, by segment."""

    def __init__(self, findings: Sequence[str]):
        super().__init__(" ".join(findings))
        self.findings = list(findings)[:MOST_FINDINGS]


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment at its position in the file, counted from 1."""

    position: int
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.parts[0]

    def at(self, n: int) -> str:
        """The n-th element; empty where there is none."""
        return self.parts[n].strip() if n < len(self.parts) else ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction set: its kind, such as 990, its control number, and the segments between ST and SE."""

    kind: str
    control: str
    position: int
    segments: tuple[Segment, ...]

    def all(self, name: str) -> list[Segment]:
        """Its segments of a name."""
        return [s for s in self.segments if s.name == name]

    def first(self, name: str) -> Segment:
        """Its first segment of a name; an empty one where there is none."""
        return next(iter(self.all(name)), Segment(self.position, (name,)))


@dataclass(frozen=True, slots=True)
class Interchange:
    """What came in one envelope."""

    sender: str
    receiver: str
    control: str
    transactions: tuple[Transaction, ...]


def read(text: str) -> list[Interchange]:
    """The interchanges of a file; raises `BadX12` with all findings where it is not sound."""
    text = text.removeprefix("\ufeff").strip()
    if len(text) > MOST_CHARACTERS:
        raise BadX12([f"A file has at most {MOST_CHARACTERS:,} characters."])
    if not text.startswith("ISA"):
        raise BadX12(["Segment 1: it does not begin with ISA, so it is no X12."])
    if "\x00" in text:
        raise BadX12(["There is a character in it that cannot be kept."])
    element, end = text[3], text[ISA_LENGTH - 1 : ISA_LENGTH]
    head = text[: ISA_LENGTH - 1].split(element)
    if tuple(map(len, head)) != ISA_WIDTHS or not end or end.isalnum():
        raise BadX12(["Segment 1: ISA has not its fixed widths, so nobody can say how elements and segments end."])
    segments = [Segment(n, tuple(part.strip().split(element))) for n, part in enumerate((p for p in text.split(end) if p.strip()), 1)]
    reading = _Reading(segments)
    found = list(reading.interchanges())
    if reading.wrong:
        raise BadX12(reading.wrong)
    return found


@dataclass
class _Reading:
    """Walks over segments; what is wrong gathers meanwhile."""

    segments: Sequence[Segment]
    next: int = 0
    wrong: list[str] = field(default_factory=list)

    def say(self, position: int, why: str) -> None:
        self.wrong.append(f"Segment {position}: {why}.")

    def peek(self) -> Segment:
        return self.segments[self.next] if self.next < len(self.segments) else Segment(len(self.segments) + 1, ("",))

    def step(self) -> Segment:
        self.next += 1
        return self.segments[self.next - 1]

    def interchanges(self) -> Iterator[Interchange]:
        while self.next < len(self.segments):
            head = self.step()
            if head.name != "ISA":
                return self.say(head.position, f"{head.name} stands outside of an interchange")
            if len(head.parts) != ISA_ELEMENTS + 1:
                return self.say(head.position, f"ISA has {len(head.parts) - 1} elements, not {ISA_ELEMENTS}")
            groups, transactions = 0, list[Transaction]()
            while self.peek().name == "GS":
                groups += 1
                transactions += self.group()
            self.close("IEA", groups, head.at(13), 2, "groups")
            yield Interchange(head.at(6), head.at(8), head.at(13), tuple(transactions))

    def group(self) -> list[Transaction]:
        head, found = self.step(), list[Transaction]()
        while self.peek().name == "ST":
            found.append(self.transaction())
        self.close("GE", len(found), head.at(6), 2, "transaction sets")
        return found

    def transaction(self) -> Transaction:
        head, body = self.step(), list[Segment]()
        while self.peek().name not in ("SE", "ST", "GE", "IEA", "ISA", ""):
            body.append(self.step())
        self.close("SE", len(body) + 2, head.at(2), 2, "segments")
        return Transaction(head.at(1), head.at(2), head.position, tuple(body))

    def close(self, name: str, counted: int, control: str, at: int, what: str) -> None:
        """The trailer of an envelope: it counts what is in it, and repeats the control number."""
        it = self.peek()
        if it.name != name:
            self.say(it.position, f"{name} is missing")
            return
        self.step()
        if it.at(1) != str(counted) and not (it.at(1).isascii() and it.at(1).isdigit() and int(it.at(1)) == counted):
            self.say(it.position, f"{name}01 counts {it.at(1) or 'nothing'}, there are {counted} {what}")
        if it.at(at) != control:
            self.say(it.position, f"{name}0{at} is {it.at(at) or 'empty'}, its header says {control}")


def write(sender: tuple[str, str], receiver: tuple[str, str], control: int, at: datetime, group: str, kind: str, body: Sequence[Sequence[str]]) -> str:
    """One transaction set in its envelopes, version 004010. Sender and receiver are a qualifier and an id of at most 15 characters."""
    number = f"{control % 10**9:09d}"
    head = ["ISA", "00", " " * 10, "00", " " * 10, sender[0].rjust(2), sender[1].ljust(15)[:15], receiver[0].rjust(2), receiver[1].ljust(15)[:15], f"{at:%y%m%d}", f"{at:%H%M}", "U", "00401", number, "0", "P", ">"]
    rows = [
        ["GS", group, sender[1], receiver[1], f"{at:%Y%m%d}", f"{at:%H%M}", str(int(number)), "X", "004010"], ["ST", kind, "0001"], *body, ["SE", str(len(body) + 2), "0001"],
        ["GE", "1", str(int(number))], ["IEA", "1", number]]
    return "*".join(head) + "~\n" + "".join("*".join(map(_plain, row)).rstrip("*") + "~\n" for row in rows)


def _plain(text: str) -> str:
    return " ".join("".join(" " if c in "*~>" or not c.isprintable() else c for c in text).split())

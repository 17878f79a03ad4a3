"""What came of an act with many orders: kept until the next page is drawn, which says what was left and why."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from hanse.kernel.refused import Refused

MOST_TOLD = 12


def keep_outcome(request: HttpRequest, sentence: str, numbers: Sequence[str], answers: Sequence[Any], left: Mapping[str, str] | None = None) -> None:
    """Keep how many were done, and of each that was left why. `sentence` names {done} and {all}."""
    refused = {number: answer.detail for number, answer in zip(numbers, answers, strict=True) if isinstance(answer, Refused)}
    why = {**(left or {}), **refused}
    done = len(answers) - len(refused)
    request.session["outcome"] = {
        "what": sentence.format(done=done, all=len(numbers) + len(left or {})),
        "done": done, "left": len(why), "more": max(len(why) - MOST_TOLD, 0),
        "why": [{"order": number, "why": text.removeprefix(number).strip()} for number, text in list(why.items())[:MOST_TOLD]],
    }


def outcome_kept(request: HttpRequest) -> dict[str, Any] | None:
    """What is to be told now; told once."""
    kept: dict[str, Any] | None = request.session.pop("outcome", None)
    return kept

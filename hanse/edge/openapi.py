"""The API described: OpenAPI 3.1 with every error declared, in one shape, on every route.

ninja writes the routes and the types; here come the problems, the `Idempotency-Key` of every write, and names that
stay apart where two areas use one word for different things.
"""

import json
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from hanse.kernel.problems import PROBLEMS
from hanse.web.problems import TYPE

CODES = {
    400: "The request cannot be read, or its key is missing.", 401: "No valid bearer key.",
    403: "The key may not do this.", 404: "Absent, or not yours.", 405: "The address does not take this method.",
    409: "The state does not allow it, or the same request is still running.", 412: "Changed by someone else since it was read.",
    413: "Too big.", 415: "Not application/json.", 422: "Values refused: all findings at once.", 429: "Too many requests.",
    500: "A fault of hanse; nothing was changed.", 503: "Busy or the database is away; the same key is safe to send again.",
}
REPLAYED = {"Idempotent-Replayed": {"description": "`true` on an answer given before.", "schema": {"type": "string", "const": "true"}}}
AGAIN = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
KEY = {
    "in": "header", "name": "Idempotency-Key", "required": True,
    "description": "One fresh text per act. The same key with the same request gets the same answer and has one effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[!-~]([ -~]*[!-~])?$"}, "example": "po-4711-place",
}
PROBLEM = {
    "title": "Problem", "type": "object", "additionalProperties": False,
    "description": "An error (RFC 9457). `code` and `type` are stable and listed at `/api/v1/problems`.",
    "required": ["type", "title", "status", "detail", "instance", "code", "retryable", "errors"],
    "properties": {
        "type": {"type": "string", "pattern": f"^{TYPE}"}, "title": {"type": "string"},
        "status": {"type": "integer"}, "detail": {"type": "string"},
        "instance": {"type": "string", "description": "The request's number, as the log has it."},
        "code": {"type": "string", "enum": sorted(PROBLEMS)}, "retryable": {"type": "boolean"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    },
    "examples": [{
        "type": "urn:hanse:problem:stock-short", "title": "Not enough stock", "status": 409, "detail": "2 of 5 BRG-6204 available.",
        "instance": "urn:uuid:0190a3f4-5c1e-7c3a-9f5e-0e6a1f0d2b4c", "code": "stock-short", "retryable": False,
        "errors": [{"pointer": "#/lines/0/quantity", "code": "stock-short", "detail": "2 of 5 BRG-6204 available."}],
    }],
}
FINDING = {
    "title": "Finding", "type": "object", "required": ["pointer", "code", "detail"], "additionalProperties": False,
    "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}},
}


class Described(OpenAPISchema):
    """ninja's schema, with the problems and keys added and clashes of names resolved."""

    def get_components(self) -> dict[str, Any]:
        self.schemas |= {"Problem": PROBLEM, "Finding": FINDING}
        return super().get_components()

    def operation_details(self, operation: Any) -> dict[str, Any]:
        details = super().operation_details(operation)
        details["responses"] = _with_problems(details["responses"])
        if not operation.auth_callbacks:
            details["security"] = []
        if set(operation.methods) & {"POST", "PUT", "PATCH", "DELETE"} and not hasattr(operation.view_func, "only_reads"):
            details["parameters"] = [*details["parameters"], KEY]
            for status, answer in details["responses"].items():
                if int(status) < 300:
                    answer["headers"] = REPLAYED
        return details

    def _create_schema_from_model(self, *args: Any, **given: Any) -> tuple[Any, bool]:
        held, self.schemas = self.schemas, {}
        try:
            schema, required = super()._create_schema_from_model(*args, **given)
            mine = self.schemas
        finally:
            self.schemas = held
        schema, mine = _with_plain_times(schema), _with_plain_times(mine)
        names = _apart(mine, held)
        self.schemas |= {names.get(name, name): _renamed(shape, names) for name, shape in mine.items()}
        return _renamed(schema, names), required


def _with_problems(answers: dict[Any, Any]) -> dict[str, Any]:
    """A route's answers and, beside them, every problem it may give."""
    made: dict[str, Any] = {str(status): answer for status, answer in answers.items()}
    for status, words in CODES.items():
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        made[str(status)] = {"description": words, "content": content} | ({"headers": AGAIN} if status in (429, 503) else {})
    return made


def _apart(mine: dict[str, Any], held: dict[str, Any]) -> dict[str, str]:
    """New names for shapes that stand under the same name with another content, and for those that refer to them."""
    clash = {name for name, shape in mine.items() if name in held and held[name] != shape}
    while more := {n for n, shape in mine.items() if n not in clash and any(_refers(shape, other) for other in clash)}:
        clash |= more
    names = {}
    for name in clash:
        number = 2
        while f"{name}{number}" in held and held[f"{name}{number}"] != _renamed(mine[name], {n: f"{n}{number}" for n in clash}):
            number += 1
        names[name] = f"{name}{number}"
    return names


def _with_plain_times(shape: Any) -> Any:
    """Times of day without the format `time`, which in JSON Schema has an offset; a site's cut-off has its zone beside it."""
    return json.loads(json.dumps(shape).replace('"format": "time"', '"examples": ["16:00:00"]'))


def _refers(shape: Any, name: str) -> bool:
    return f'"#/components/schemas/{name}"' in json.dumps(shape)


def _renamed(shape: Any, names: dict[str, str]) -> Any:
    if not names:
        return shape
    text = json.dumps(shape)
    for old, new in names.items():
        text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
    return json.loads(text)


class Api(NinjaAPI):
    """ninja's API with hanse's description; made once for each address it is served at, for the routes do not change."""

    def __init__(self, *args: Any, **given: Any):
        super().__init__(*args, **given)
        self._described: dict[str, Described] = {}

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        prefix = path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        if prefix not in self._described:
            self._described[prefix] = Described(self, prefix)
        return self._described[prefix]

    def get_openapi_operation_id(self, operation: Any) -> str:
        """`place_orders`, short and stable, for it names the functions of generated clients."""
        return str(operation.view_func.__name__)

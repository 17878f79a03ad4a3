"""Write docs/api-reference.md from the OpenAPI document and the table of problems: `python docs/make_api.py`."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
WRITES = ("post", "put", "patch", "delete")
HEAD = """# The API, route by route

Made from the code by `python docs/make_api.py`. How to call it: [the API](api.md). Fields of bodies and answers: `/api/docs` of a running
hanse, or `/api/v1/openapi.json`. Every route may also answer the problems of *every door* below.
"""


def reference() -> str:
    """The page: routes by area, then problems."""
    return f"{HEAD}\n{routes()}\n{problems()}"


def routes() -> str:
    """One line per route, by area, in the order of the API."""
    from hanse.edge.api import api

    parts: dict[str, list[str]] = {}
    for path, methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, route in methods.items():
            [area] = route["tags"]
            said = " ".join((route.get("description") or route["summary"]).split())
            asked = [f"`{p['name']}`" for p in route["parameters"] if p["in"] == "query"]
            parts.setdefault(area, []).append(f"| `{method.upper()}` | `{path}` | {said}{' By ' + ', '.join(asked) + '.' if asked else ''} |")
    return "\n".join(f"## {area}\n\n| | | |\n|---|---|---|\n" + "\n".join(lines) + "\n" for area, lines in parts.items())


def problems() -> str:
    """The table of problems, in the order of the registry."""
    from hanse.kernel.problems import PROBLEMS

    lines = [f"| `{p.code}` | {p.status} | {p.title} | {p.sentence} |" for p in PROBLEMS.values()]
    again = ", ".join(f"`{p.code}`" for p in PROBLEMS.values() if p.retryable)
    return (
        "## Problems\n\nCodes and titles stay; a sentence is filled with the facts of the case. The same request may be sent again, with the "
        f"same key, after {again}.\n\n| code | status | title | sentence |\n|---|---|---|---|\n" + "\n".join(lines) + "\n"
    )


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    sys.path.insert(0, str(HERE.parent))
    import django

    django.setup()
    (HERE / "api-reference.md").write_text(reference())


if __name__ == "__main__":
    main()

"""A small house of pages for the tests of the frame and of the scripts; it needs no database."""

import queue
from typing import Any

from django.contrib.staticfiles.views import serve
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path, re_path

from hanse.web import pages

ROW = """<tr data-row="H-{{ n }}" hx-get="/board?row={{ n }}" hx-trigger="live" hx-swap="outerHTML">
<td><a href="#H-{{ n }}">H-{{ n }}</a></td><td>{{ value }}</td><td><a data-key="t" href="#taken-{{ n }}">Take</a></td></tr>"""
TABLE = """<section id="board" class="panel" data-live="orders" data-live-rows hx-get="/board?part=1" hx-trigger="live"
hx-swap="outerHTML"><table class="t"><tbody data-rows>{% for n in numbers %}ROW{% endfor %}</tbody></table></section>""".replace("ROW", ROW)
ONE = """<p id="one" data-live="order:H-9" hx-get="/board?one=1" hx-trigger="live" hx-swap="outerHTML"><b data-cell>{{ value }}</b></p>"""
PAGE = """{% extends "web/handheld.html" %}{% block screen %}<span data-line-state></span><input id="text">ONE TABLE{% endblock %}"""


class World:
    """What the little house knows: a value to show, who listens, what was scanned, whether it answers."""

    value = 1
    answers = True
    scans: list[str] = []
    listeners: list["queue.Queue[str | None]"] = []

    @classmethod
    def tell(cls, data: str | None) -> None:
        for listener in cls.listeners:
            listener.put(data)


def board(request: HttpRequest) -> HttpResponse:
    part = ROW if "row" in request.GET else ONE if "one" in request.GET else TABLE if "part" in request.GET else PAGE
    source = part.replace("ONE", ONE).replace("TABLE", TABLE)
    facts: dict[str, Any] = {"numbers": [1, 2, 3], "n": request.GET.get("row"), "value": World.value}
    return HttpResponse(engines["django"].from_string(source).render(facts, request))


def stream(request: HttpRequest) -> StreamingHttpResponse:
    mine: queue.Queue[str | None] = queue.Queue()
    World.listeners.append(mine)

    def told():
        yield ": here\n\n"
        while (data := mine.get()) is not None:
            yield f"data: {data}\n\n"

    return StreamingHttpResponse(told(), content_type="text/event-stream")


def scan(request: HttpRequest) -> HttpResponse:
    if not World.answers:
        return HttpResponse(status=503)
    World.scans.append(request.POST["code"])
    return HttpResponse("taken")


def sheet(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].get_template("web/language.html").render(pages.sheet(), request))


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault for the test")


handler404, handler500 = "hanse.web.errors.not_found", "hanse.web.errors.broken"
urlpatterns = [
    path("", sheet, name="today"),
    path("orders", board, name="orders"),
    path("stock", board, name="stock"),
    path("pick", board, name="pick"),
    path("find", board, name="search"),
    path("board", board),
    path("stream", stream),
    path("scan", scan),
    path("broken", broken),
    path("accounts/login/", sheet, name="account_login"),
    path("pages", pages.all_pages, name="all_pages"),
    path("pages/role", pages.switch_role, name="switch_role"),
    path("language", sheet, name="language"),
    re_path(r"^static/(?P<path>.*)$", serve, {"insecure": True}),
]

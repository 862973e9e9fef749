"""The review server: which address shows or changes what. All work is done at the desk, all HTML is made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.resources import files

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pipeline.errors import ConflictError, DuizhaoError
from pipeline.web import desk_actions
from pipeline.web.desk import Desk
from pipeline.web.desk_actions import Outcome, UnconfirmedError, signed
from pipeline.web.guard import Guard, Keys, RefusedError, read_json
from pipeline.web.overview import overview_page, overview_rows
from pipeline.web.page import entry_links, issue_page, progress
from pipeline.web.preview import preview_page, preview_text
from pipeline.web.rows import Row, finding_items, unit_row

_STATIC = {
    "desk.css": (("review.css", "desk.css"), "text/css"),
    "desk.js": (("desk.js",), "text/javascript"),
}


@dataclass(frozen=True, slots=True)
class _Post:
    """What a page asks to be done to an issue."""

    slug: str
    data: dict[str, object]

    def text(self, name: str) -> str:
        """Read a string; RefusedError when there is none under this name."""
        value = self.data.get(name, "")
        if not isinstance(value, str):
            raise RefusedError(400, f"{name} must be a string.")
        return value

    def texts(self, name: str) -> list[str]:
        """Read a list of strings."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise RefusedError(400, f"{name} must be a list of strings.")
        return value


def make_app(desk: Desk, keys: Keys, port: int) -> Starlette:
    """Build the server's application."""
    post = partial(Route, methods=["POST"])
    routes = [
        Route("/", partial(_page, lambda _slug: overview_page(desk))),
        Route("/issue/{slug}", partial(_page, lambda slug: issue_page(desk, slug, by_score=False))),
        Route("/issue/{slug}/by-score", partial(_page, lambda slug: issue_page(desk, slug, by_score=True))),
        Route("/issue/{slug}/preview", partial(_page, lambda slug: preview_page(desk, slug))),
        Route("/static/{name}", _static),
        Route("/api/overview", partial(_json, lambda _slug: overview_rows(desk))),
        Route("/api/{slug}/ready", partial(_json, lambda slug: {"ready": desk.open(slug, 0).is_analysed})),
        *(post(f"/api/{{slug}}/{name}", partial(_act, desk, action)) for name, action in _ACTIONS.items()),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, keys=keys, port=port)],
        exception_handlers={RefusedError: _refused, DuizhaoError: _failed},
    )


async def _page(make: Callable[[str], str], request: Request) -> Response:
    return HTMLResponse(await run_in_threadpool(make, request.path_params.get("slug", "")))


async def _json(make: Callable[[str], object], request: Request) -> Response:
    return JSONResponse(await run_in_threadpool(make, request.path_params.get("slug", "")))


async def _static(request: Request) -> Response:
    if request.path_params["name"] not in _STATIC:
        raise RefusedError(404, "There is no such file.")
    names, kind = _STATIC[request.path_params["name"]]
    text = "\n".join((files("pipeline") / "templates" / name).read_text(encoding="utf-8") for name in names)
    return Response(text, media_type=kind)


async def _act(desk: Desk, action: Callable[[Desk, _Post], JSONResponse], request: Request) -> Response:
    asked = _Post(request.path_params["slug"], await read_json(request))
    return await run_in_threadpool(action, desk, asked)


def _check(desk: Desk, asked: _Post) -> JSONResponse:
    text = asked.text("text")
    findings = desk_actions.check_text(desk, asked.slug, asked.text("unit"), text)
    blocking = any(finding.check in desk_actions.BLOCKING for finding in findings)
    document = desk.open(asked.slug, 0).document
    return JSONResponse(
        {"findings": finding_items(findings), "blocking": blocking, "preview": preview_text(text, document.references)}
    )


def _change(desk: Desk, asked: _Post) -> JSONResponse:
    unit, confirmed = asked.text("unit"), asked.data.get("confirmed") is True
    change = signed(desk, asked.text("kind"), asked.text("text"), asked.text("finding"))
    try:
        outcome = desk_actions.change_unit(desk, asked.slug, unit, asked.text("seen"), change, confirmed=confirmed)
    except ConflictError as error:
        theirs = desk.open(asked.slug, 0).entry(unit).target
        shown = _shown(desk, asked.slug, Outcome((unit,)))
        return JSONResponse({**shown, "error": str(error), "theirs": theirs}, 409)
    except UnconfirmedError as error:
        return JSONResponse({"error": "Something was lost", "findings": finding_items(error.findings)}, 422)
    return JSONResponse(_shown(desk, asked.slug, outcome))


def _plain(action: Callable[[Desk, _Post], Outcome]) -> Callable[[Desk, _Post], JSONResponse]:
    """Make an action whose outcome is shown without more ado."""
    return lambda desk, asked: JSONResponse(_shown(desk, asked.slug, action(desk, asked)))


_ACTIONS: dict[str, Callable[[Desk, _Post], JSONResponse]] = {
    "check": _check,
    "change": _change,
    "approve-clean": _plain(lambda desk, asked: desk_actions.approve_clean(desk, asked.slug, asked.texts("units"))),
    "undo": _plain(lambda desk, asked: desk_actions.undo(desk, asked.slug)),
    "spread": _plain(lambda desk, asked: desk_actions.spread(desk, asked.slug, asked.text("unit"))),
    "adopt": _plain(lambda desk, asked: desk_actions.adopt_hand_edits(desk, asked.slug)),
    "update": _plain(lambda desk, asked: desk_actions.bring_up_to_date(desk, asked.slug)),
    "term": _plain(
        lambda desk, asked: desk_actions.add_term(
            desk, asked.slug, asked.text("term"), asked.text("rendering"), asked.text("policy")
        )
    ),
}


def _shown(desk: Desk, slug: str, outcome: Outcome) -> dict[str, object]:
    opened = desk.open(slug, 0)
    known = {unit.id for unit in opened.units}
    rows = {unit: unit_row(Row.of(opened, unit)) for unit in outcome.units if unit in known}
    return {
        "rows": rows,
        "units": outcome.units,
        "notice": outcome.notice,
        "offers": outcome.offers,
        "entries": entry_links(opened, outcome.units),
        "progress": progress(opened),
        "steps": desk.steps(slug),
    }


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 500
    return JSONResponse({"error": str(error)}, status)


async def _failed(_request: Request, error: Exception) -> Response:
    status = 409 if isinstance(error, ConflictError) else 404 if "no such issue" in str(error) else 400
    return JSONResponse({"error": str(error)}, status)

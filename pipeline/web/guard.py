"""Who may talk to the review server: only a browser on this machine that was given the address by the command.

The address holds a token that works once and is exchanged for a cookie that no script and no other site can use. The
Host header must name this server (against DNS rebinding) and every request that changes something must come from one
of its own pages.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 200_000
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class RefusedError(Exception):
    """A request that is answered with a status and one sentence."""

    def __init__(self, status: int, message: str) -> None:
        """Keep what is to be answered."""
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Keys:
    """The secrets of one run of the server."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """Stands in the address; empty once it was used."""
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def exchange(self, token: str) -> bool:
        """Take a token; tell whether it was the right one. It cannot be used twice."""
        right = bool(self.token) and hmac.compare_digest(token.encode(), self.token.encode())
        self.token = "" if right else self.token
        return right


class Guard:
    """Middleware that lets through what the rules above allow, and adds the headers that every answer has."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int) -> None:
        """Guard `app`, which is reached under this port."""
        self.app, self.keys = app, keys
        self.hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self.cookie = f"duizhao-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or refuse one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = self._answer(scope) or self.app
        await answer(scope, receive, with_headers)

    def _answer(self, scope: Scope) -> ASGIApp | None:
        """Give the refusal or the exchange of the token; None when the request may go on."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self.hosts:
            return PlainTextResponse("This server answers only under its own address.", 421)
        if scope["method"] not in {"GET", "HEAD"} and not self._is_own(headers):
            return PlainTextResponse("This request does not come from a page of this server.", 403)
        if self._knows(headers):
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and self.keys.exchange(given):
            answer = RedirectResponse("/" + scope["path"].lstrip("/"), 303)
            answer.set_cookie(self.cookie, self.keys.session, path="/", httponly=True, samesite="strict")
            return answer
        return PlainTextResponse("Open the address that `duizhao review` shows in the terminal; it works once.", 403)

    def _is_own(self, headers: Headers) -> bool:
        origin = headers.get("origin", "")
        return origin == f"http://{headers.get('host')}" and headers.get("sec-fetch-site") in (None, "same-origin")

    def _knows(self, headers: Headers) -> bool:
        cookies = cookie_parser(headers.get("cookie", ""))
        return hmac.compare_digest(cookies.get(self.cookie, "").encode(), self.keys.session.encode())


async def read_json(request: Request) -> dict[str, object]:
    """Read a JSON object from a request; RefusedError for another kind of body or one that is too large."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise RefusedError(415, "The body must be JSON.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise RefusedError(413, f"The body is larger than {LARGEST_BODY} bytes.")
    try:
        data = json.loads(body)
    except ValueError:
        raise RefusedError(400, "The body is no JSON.") from None
    if not isinstance(data, dict):
        raise RefusedError(400, "The body must be a JSON object.")
    return data

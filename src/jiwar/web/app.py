"""The web application: every page file's routes, one wrapper around every request.

A page file (one a system, same stem everywhere) has `ROUTES`: for each page its name, its path and the functions that
answer GET and POST. The wrapper reads the form, checks its token, turns errors into pages, and lets nothing else out:
no address, no agent, no time is written anywhere.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jiwar.errors import JiwarError, NotThere, SignedOut, Unopenable
from jiwar.node import Hub
from jiwar.web.forms import Form, read_form
from jiwar.web.render import Pages
from jiwar.web.site import Site, make_site
from jiwar.web.tidying import Forgetting
from jiwar.web.uploads import SLOWEST_SECONDS, STRANGERS_SECONDS, Files, carries, is_large, read_upload
from jiwar.web.visit import Visit

Answer = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True)
class At:
    """One page: its name for `url`, its path, and who answers.

    `public`: strangers may ask for it; every other page leads them to the door before it is looked at.
    `entrance`: a way in, whose form may come without a token: a browser that followed a link from elsewhere showed no
    cookie when it asked for the page.
    `by_itself`: a browser asks for it when nobody is there; that keeps no visit alive.
    `gate`: asked before a form is read, for pages that a flood may come to; its answer, if any, is all that there is.
    `crowd`: the page that one too many is led to, when a crowd comes (`web.comers`).
    `begun`: names, by a form's body, whoever has begun and is kept by no crowd; empty for who hasn't.
    `upload`: the file that its form may carry; every other form is small.
    """

    name: str
    path: str
    get: Answer | None = None
    post: Answer | None = None
    public: bool = False
    entrance: bool = False
    by_itself: bool = False
    upload: Files | None = None
    gate: Callable[[Visit], Response | None] | None = None
    crowd: str = "door"
    begun: Callable[[Site, bytearray], bytes] | None = None


def make_app(
    hub: Hub, table: Sequence[At], secure: bool = False, development: bool = False, pages: Pages | None = None
) -> Starlette:
    """The application over a running hub. `pages`: templates that are loaded already."""
    site = make_site(hub, [(at.name, at.path) for at in table], secure, development, pages)
    routes = [
        Route(at.path, _endpoint(site, at), methods=[m for m, f in (("GET", at.get), ("POST", at.post)) if f])
        for at in table
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={404: _nothing(site), 405: _nothing(site), 500: _broken(site)},
        lifespan=_lifespan(site),
        middleware=[Middleware(Forgetting, site.tidying)],
    )
    # Starlette's own answer to a path with one slash too many carries none of our headers.
    app.router.redirect_slashes = False
    app.state.site = site
    return app


def _lifespan(site: Site) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        """What was left to finish behind an answer is finished before the hub closes."""
        site.tidying.settle()
        yield
        await site.settle()

    return lifespan


def _endpoint(site: Site, at: At) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        visit = Visit(site, request, at.by_itself)
        async with _place(visit, at):
            return visit.with_cookie(await _answer(visit, at))

    return endpoint


@asynccontextmanager
async def _place(visit: Visit, at: At) -> AsyncIterator[None]:
    """Room in memory for the file that a form carries: a member waits for it. Where there is none for a stranger, or
    none is meant to be, the words are read without it.
    """
    site, request = visit.site, visit.request
    lane = site.handing if at.public else site.carrying
    wanted = at.upload is not None and carries(request) and is_large(request)
    if not wanted or (lane.locked() if at.public else not visit.is_member()):
        yield
        return
    async with lane:
        visit.has_place = True
        yield


async def _answer(visit: Visit, at: At) -> Response:
    posting = visit.request.method == "POST"
    answer = at.post if posting else at.get
    try:
        if answer is None:
            raise NotThere
        if at.gate is not None and (away := at.gate(visit)) is not None:
            return away
        if posting:
            visit.form = await _form(visit, at)
            visit.require_form_token(at.entrance)
        else:
            visit.renew_if_due()
        if not at.public:
            visit.require_member()
        return await answer(visit)
    except SignedOut as error:
        if visit.form.texts():
            return visit.give_back(error)
        return visit.fail(error) if visit.has_rested_too_long() and not visit.phone else visit.go("door")
    except JiwarError as error:
        return visit.fail(error)


async def _form(visit: Visit, at: At) -> Form:
    """A page that takes a file takes forms without one as well."""
    if at.upload and carries(visit.request):
        seconds = STRANGERS_SECONDS if at.public else SLOWEST_SECONDS
        return await read_upload(visit.request, at.upload, visit.has_place, seconds)
    return await read_form(visit.request)


def _nothing(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def endpoint(request: Request, error: Exception) -> Response:
        return Visit(site, request).fail(NotThere())

    return endpoint


def _broken(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def endpoint(request: Request, error: Exception) -> Response:
        """A mistake of ours; the page says no more than that, and carries the same headers as every other."""
        return Visit(site, request).fail(Unopenable())

    return endpoint

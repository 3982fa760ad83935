"""The floor of a page: the same page, from plain text in memory, by the same server.

What it does for each request: routes it through the same framework and server, renders every post's Markdown again,
renders every part of the page again with the same templates, renders the page around them with a fresh nonce, pads it
and sends it with the same headers. What it doesn't do: cookies, sessions, keyrings, the store, keys, signatures,
names for URLs, who has read what. All values stand ready as Python objects.

How the plain text is come by: the real page is asked for once in this process, with nothing cached, and what goes
into its templates is written down. The floor's page has to be the same, byte for byte, before it may be measured.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.filling.folder import keys_in
from bench.places import PATHS, find
from bench.recording import Score, heard
from bench.serving import arguments, listen
from bench.visiting import Visitor
from jiwar.node import Config, Hub, open_hub
from jiwar.web.render import Pages
from jiwar.web.respond import respond
from jiwar.web.serve import Serving, make_server, server_over
from jiwar.web.site import Site

TOPICS = 16
"""Topics that are asked for by turns."""


class NotTheSame(Exception):
    """The floor's page is another one than the hub's: nothing may be compared."""


def score_of(pages: Pages, visitor: Visitor, hub: Hub, path: str) -> Score:
    """The page behind a path, written down and played once for proof. Raises NotTheSame."""
    visitor.get(path)
    hub.services.fragments.clear()
    with heard(pages) as notes:
        visitor.get(path)
    score, page = notes.score(), notes.page
    played = score.play(pages)
    if page is None or played.body.replace(played.nonce.encode(), page.nonce.encode()) != page.body:
        raise NotTheSame(path)
    return score


def _record(serving: Serving, hub: Hub, folder: Path) -> dict[str, list[Score]]:
    """The list, some topics and the board, as the reader sees them."""
    site: Site = serving.app.state.site
    visitor = Visitor(serving.port)
    visitor.sign_in(keys_in(folder)[0])
    places = find(visitor)
    pages = {"/group": [places.group], "/topic": list(places.topics[:TOPICS]), "/board": [PATHS["help"]]}
    return {name: [score_of(site.pages, visitor, hub, path) for path in paths] for name, paths in pages.items()}


async def _scores(folder: Path) -> tuple[Pages, dict[str, list[Score]]]:
    """Everything written down while the hub is open; it is closed before anything is measured."""
    hub = await open_hub(Config(folder / "data", folder / "secret"))
    listening = listen()
    serving = make_server(hub, listening.getsockname()[1])
    running = asyncio.create_task(serving.server.serve(sockets=[listening]))
    try:
        scores = await asyncio.to_thread(_record, serving, hub, folder)
    finally:
        serving.server.should_exit = True
        await running
        await hub.close()
    site: Site = serving.app.state.site
    return site.pages, scores


def _by_turns(pages: Pages, scores: list[Score]) -> Callable[[Request], Awaitable[Response]]:
    turn = count()

    async def answer(request: Request) -> Response:
        page = scores[next(turn) % len(scores)].play(pages)
        return respond(page, request.headers.get("accept-encoding", ""))

    return answer


async def _serve(folder: Path) -> None:
    pages, scores = await _scores(folder)
    app = Starlette(routes=[Route(path, _by_turns(pages, found)) for path, found in scores.items()])
    listening = listen()
    port = listening.getsockname()[1]
    print("ready", port, flush=True)
    await server_over(app, port).serve(sockets=[listening])


if __name__ == "__main__":
    told = arguments()
    os.sched_setaffinity(0, {told.core})
    asyncio.run(_serve(told.folder))

"""A hub in a process of its own, until it is killed: `python -m tests.promises.played FOLDER THREADS`.

Plays the demo (shortened to so many threads a circle; 0: all of it) into FOLDER/data, writes to FOLDER/ids
what nobody may find there, says "played", and goes on writing into every circle at once.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from pathlib import Path

from jiwar.cli.demo import content, timeline
from jiwar.cli.demo.cast import Cast
from jiwar.cli.demo.content import Community
from jiwar.cli.demo.performance import Play, first_day, set_clock
from jiwar.cli.demo.play import WITHOUT_WAITING
from jiwar.clock import SetClock, SystemClock
from jiwar.node import Config, Front, open_hub
from jiwar.systems.forum import service as forum
from jiwar.systems.rooms import service as rooms
from tests.mutants.mutation import apply_from_environment

COVER = "وصفات البيت"
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def community(threads: int) -> Community:
    """What is played."""
    whole = content.load()
    return content.shortened(whole, threads) if threads else whole


async def live(played: Community) -> None:
    """Play, and then write until somebody kills the process."""
    now = timeline.moment_of(SystemClock().seconds(), Front().offset_hours)
    clock = SetClock()
    set_clock(clock, (first_day(timeline.acts(played, now)), 0))
    config = Config(FOLDER / "data", FOLDER / "secret" / "hub", Front(cover=COVER))
    hub = await open_hub(config, clock, pace=WITHOUT_WAITING)
    cast = await Play(hub, clock, played, now).perform()
    (FOLDER / "ids").write_text(json.dumps(_ids(cast)))
    print("played", flush=True)
    await asyncio.gather(*(_go_on(cast, slug) for slug in cast.circles))


def _ids(cast: Cast) -> dict[str, list[str]]:
    """What would tell who is where and who wrote what: keys of personas, ids of circles, tokens, seeds."""
    circles = [cast.circle(name, slug) for slug in cast.circles for name in cast.members if cast.is_in(name, slug)]
    return {
        "persona": [circle.log.persona.key.hex() for circle in circles],
        "seed": [circle.membership.persona.hex() for circle in circles],
        "circle": [circle.id.hex() for circle in circles],
        "token": [token.hex() for circle in circles for token in (circle.log.newest.read, circle.log.newest.append)],
        "root": [member.keyring.root.hex() for member in cast.members.values()],
    }


async def _go_on(cast: Cast, slug: str) -> None:
    person = next(name for name in cast.members if cast.is_in(name, slug))
    texts = [post.body for thread in cast.community.threads for post in thread.posts]
    room = await rooms.open_room(cast.circle(person, slug), texts[0][:40], 1)
    for at in count():
        text = texts[at % len(texts)]
        await rooms.write(cast.circle(person, slug), room, text)
        await forum.start_topic(cast.circle(person, slug), text[:40], text)
        # Enough to be writing at any moment; more would only be more to search.
        await asyncio.sleep(0.03)


if __name__ == "__main__":
    apply_from_environment()
    asyncio.run(live(community(int(sys.argv[2]))))

"""P2: two worlds with the same public schedule leave equal stores; so reading must leave no trace at all.

T4 (`test_t4_two_worlds.py`) exchanges members; this file shows that who reads what, and how often, is in no file:
after pages were opened for a while, every byte of the data folder is what it was before.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from jiwar.circles.member import Member
from jiwar.web.visit import Visit
from tests.mutants.mutation import Mutations, replaced
from tests.promises.far import Far, Remote, running
from tests.web.conftest import found

QUIET_SECONDS = 8
"""After this long, every group of writes is on disk and the logs are cut."""
remember, page = Member.remember, Visit.page


def _note_at_once(self, trail):
    remember(self, trail)
    last = self.last_write()
    if last is not None:
        asyncio.get_running_loop().create_task(last)


def _count_views(self, template, *args, **kwargs):
    counted = self.site.hub.store.put_page(b"views".ljust(16, b"\0"), template.encode())
    self.site.later(counted)
    return page(self, template, *args, **kwargs)


MUTATIONS: Mutations = {
    "how far somebody read is written at every view": replaced(Member, "remember", _note_at_once),
    "the last page that was shown is written": replaced(Visit, "page", _count_views),
}


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _settled(folder: Path) -> dict[str, bytes]:
    time.sleep(QUIET_SECONDS)
    return _files(folder)


def _read_everything(far: Far, person: Remote) -> int:
    seen = 0
    for _ in range(2):
        for name in ("home", "talk", "groups", "more", "mykey", "safety", "settings", "about"):
            opened = person.get(far.url(name))
            for link in opened.links:
                if link.startswith("/"):
                    seen += person.get(link).status == 200
    return seen


def test_reading_changes_no_byte_of_the_store(tmp_path: Path) -> None:
    data = tmp_path / "hub" / "data"
    with running(tmp_path / "hub") as far:
        person = Remote(far, "127.0.0.1", {})
        found(person, name="قهوة العصر", handle="نخلة")
        for number in range(3):
            page = person.get(far.url("new_topic"))
            person.send(page, "new_topic", title=f"حديث {number}", text="كلام", _button="do=send")
        before = _settled(data)
        assert _read_everything(far, person) > 40
        assert _settled(data) == before

"""Messages one under the other: whose side, who spoke before, and the lines between days."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from jiwar.systems.rooms.model import NO_REPLY
from jiwar.web.faces import colour, known_as
from jiwar.web.known import Person, Said, Spoken
from jiwar.web.reading import Reading


class Thread:
    """The messages of one room as one reader sees them. `person` tells how they know somebody."""

    def __init__(self, reading: Reading, obj: bytes, person: Callable[[bytes], Person]) -> None:
        self._reading, self._obj, self._person = reading, obj, person
        names = reading.site.pages.class_names
        self._me, self._first = " " + names("me"), " " + names("first")
        self._shown: dict[int, Said] = {}

    def whole(self, said: Sequence[Said], read: int) -> Iterator[bytes | str]:
        """All of them with the lines between; `read` is the mark, or -1 when nothing is new."""
        self._shown = {one.about.slot: one for one in said}
        before: Spoken | None = None
        vanishing = self._vanishing(said)
        for one in said:
            about = one.about
            if read >= 0 and about.slot > read:
                if before is not None:
                    yield self._rule(self._say("New since"), name="new")
                read = -1
            if before is None or before.day != about.day:
                yield self.day(about.day)
            yield self.one(one, before)
            before = about
            if about.slot == vanishing:
                yield self._rule(self._say("What is above goes tonight"), fade=True)

    def _vanishing(self, said: Sequence[Said]) -> int:
        """The last message that nobody can read tomorrow, or -1."""
        today = self._reading.reader.today
        return max((one.about.slot for one in said if one.about.day + one.about.keep <= today), default=-1)

    def _rule(self, text: str, name: str = "", fade: bool = False) -> str:
        return self._reading.part("rooms/_rule.html", id=name, text=text, fade=fade)

    def _say(self, message: str) -> str:
        return self._reading.reader.language.gettext(message)

    def one(self, said: Said, before: Spoken | None) -> bytes:
        """One message after another one."""
        about = said.about
        first = before is None or before.author != about.author or before.day != about.day
        mine = about.author == self._reading.me
        given = {"side": (self._me if mine else "") + (self._first if first else ""), "by": "", "answered": ""}
        who = self._person(about.author)
        if first and not mine and about.author:
            given["by"] = self._reading.part("rooms/_by.html", person=who, colour=colour(about.author))
        if about.refers != NO_REPLY:
            given["answered"] = self.quote(about.refers)
        html = said.piece.fill(given | self._reading.pressed(about))
        if about.author in self._reading.circle.membership.muted:
            return self._reading.behind(who, html)
        return html

    def alone(self, said: Said) -> bytes:
        return self.one(said, None)

    def around(self, shown: dict[int, Said]) -> None:
        """What has been read already of what messages answer."""
        self._shown = shown

    def day(self, day: int) -> str:
        """The line above the first message of a day."""
        return self._rule(self._reading.reader.day(day))

    def quote(self, slot: int) -> str:
        """What a message answers, as it stands now."""
        said = self._shown.get(slot) or self._reading.one_message(self._obj, slot)
        if said is None or not said.about.stands or said.about.author in self._reading.circle.membership.blocked:
            return self._reading.part("forum/_quote.html", name="", href="", excerpt=self._say("No longer here."))
        name = known_as(self._reading.circle, said.about.author, self._reading.reader.language)
        return self._reading.part("forum/_quote.html", name=name, href="", excerpt=said.about.excerpt)

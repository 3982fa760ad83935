"""People who use every page of a hub with nothing but links and forms; every answer they get is kept.

`walk(language)` is the whole story of a small community, once a process: found, join, talk, care, invite, leave. On
its way each page is reached as people reach it, and every form is sent at least once.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from jiwar.clock import SetClock
from jiwar.node import memory_hub
from jiwar.nudging.channels import Relay, Ways
from jiwar.scheduler import Scheduler
from jiwar.web.app import make_app
from jiwar.web.paths import PLACE
from jiwar.web.routes import ALL
from tests.core.pictures.making import photo as picture
from tests.promises.markup import Button, Form, Markup
from tests.web.client import WITH_FILE, Client, Page, World, with_file
from tests.web.conftest import DAY, WORDS_OF_A_KEY, found, join, shown_key, sign_in, slips_on

_PATTERNS = [(at.name, re.compile(PLACE.sub("[^/]+", at.path))) for at in ALL]
UNAUTHORIZED = 401
MOST_PAGES = 400
FROM_THE_SCRIPT = {"room_live", "script", "browser_script", "browser_worker"}
"""What scripts and browsers ask for; a person never goes there."""
PICTURES = {"need_picture", "help_new_picture", "case_picture"}
"""Photos alone; the page around one asks for it."""


@cache
def route_of(path: str) -> str:
    """The name of the page that answers at a path of this hub; empty if none does."""
    plain = urlsplit(path).path
    return next((name for name, pattern in _PATTERNS if pattern.fullmatch(plain)), "")


@dataclass
class Answer:
    """One answer of the hub: to what, to whom, and what it was."""

    method: str
    route: str
    who: str
    language: str
    page: Page

    @cached_property
    def markup(self) -> Markup:
        return Markup(self.page.html)

    def __str__(self) -> str:
        return f"{self.method} {self.page.path} for {self.who}"


class Walker(Client):
    """A browser without a script, whose every answer is kept."""

    def __init__(self, world: World, language: str, name: str, kept: list[Answer]) -> None:
        super().__init__(world, language)
        self.name, self.kept = name, kept

    async def asks(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Page:
        page = await super().asks(method, path, body, headers)
        self.kept.append(Answer(method, route_of(path), self.name, self.language, page))
        return page

    def go(self, *route: str) -> Page:
        """From home over links: for each name the first link on the page that leads there.

        Who has rested too long comes back with their key.
        """
        page = self.get(self.world.url("home"))
        if page.status == UNAUTHORIZED or route_of(page.path) == "door":
            page = sign_in(self, self.key)
        for name in route:
            page = self.follow(page, name)
        return page

    def follow(self, page: Page, route: str, text: str = "") -> Page:
        """The first link to a page, with some words in it."""
        links = [one for one in Markup(page.html).links if text in one.text]
        leading = [one.at["href"] for one in links if route_of(one.at["href"]) == route]
        assert leading, f"no link leads from {page.path} to {route}: {page.text}"
        return self.get(urljoin(page.path, leading[0]).partition("#")[0])

    def form(self, page: Page, route: str, press: str = "", near: str = "") -> tuple[Form, Button]:
        """The first form to a page that has such a button, and that button: one whose value begins so, or that says
        this English sentence in the reader's language. `near`: a text in what the form stands in.
        """
        going = [one for one in Markup(page.html).forms if route_of(one.action) == route and near in one.beside]
        assert going, f"no form goes from {page.path} to {route}: {page.text}"
        for form in going:
            for button in form.buttons:
                if button[1].startswith(press) or button[2] == self.word(press):
                    return form, button
        raise AssertionError(f"no button of {route} on {page.path} says {press}: {[one.buttons for one in going]}")

    def submit(self, page: Page, route: str, press: str = "", near: str = "", **typed: str) -> Page:
        """Fill in a form as it stands and send it by one of its buttons."""
        self._let_time_pass()
        form, button = self.form(page, route, press, near)
        fields = [(name, value) for name, value in form.fields if name not in typed]
        pressed = [button[:2]] if button[0] else []
        sent = urlencode([*fields, *typed.items(), *pressed]).encode()
        return self._land(self.world.run(self.asks("POST", form.action, sent)))

    def upload(self, page: Page, route: str, file: bytes, press: str = "", **typed: str) -> Page:
        """Send a form that carries a file."""
        self._let_time_pass()
        form, button = self.form(page, route, press)
        pressed = {button[0]: button[1]} if button[0] else {}
        body = with_file(dict(form.fields) | typed | pressed, file)
        return self._land(self.world.run(self.asks("POST", form.action, body, WITH_FILE)))

    def _let_time_pass(self) -> None:
        """So that no limit is met: they have a test of their own."""
        clock = self.world.hub.services.clock
        assert isinstance(clock, SetClock)
        clock.forward(seconds=21)

    def crawl(self, start: str = "home") -> None:
        """Every page that links lead to from here."""
        waiting, seen = [self.world.url(start)], set[str]()
        while waiting and len(seen) < MOST_PAGES:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            page = self.get(path)
            links = [urljoin(path, one.at["href"]).partition("#")[0] for one in Markup(page.html).links]
            waiting += [one for one in links if route_of(one) and not urlsplit(one).netloc]
        assert len(seen) < MOST_PAGES, "links lead on and on"


@dataclass
class Walked:
    """A hub after the story, and everything it answered."""

    world: World
    language: str
    answers: list[Answer] = field(default_factory=list)

    def somebody(self, name: str) -> Walker:
        return Walker(self.world, self.language, name, self.answers)

    @property
    def pages(self) -> list[Answer]:
        return [one for one in self.answers if one.page.headers.get("content-type", "").startswith("text/html")]


WORDS = {
    "ar": {
        "group": "قهوة العصر", "other": "نادي الخياطة", "title": "عقد إيجار مؤقّت", "text": "هل من طريقة لعقد قصير؟",
        "answer": "نعم، وبلا وسيط.", "anew": "نعم، وبلا وسيط أبداً.", "note": "سكن", "room": "قعدة المساء",
        "said": "مساء الخير", "founder": "نخلة", "guest": "زيتونة", "third": "صنوبر", "label": "جارنا",
        "alias": "الجيران", "rule": "قاعدة واحدة تكفي", "more": "هذا للفريق",
    },
    "en": {
        "group": "Afternoon coffee", "other": "Sewing club", "title": "A short lease", "text": "Is there a way?",
        "answer": "Yes, without an agent.", "anew": "Yes, and without any agent.", "note": "housing",
        "room": "Evening chat", "said": "Good evening", "founder": "Heron", "guest": "Sparrow", "third": "Wren",
        "label": "The neighbour", "alias": "Those next door", "rule": "One rule is enough", "more": "For the team",
    },
    "fr": {
        "group": "Café de l’après-midi", "other": "Club de couture", "title": "Un bail court",
        "text": "Comment faire ?",
        "answer": "Oui, sans agence.", "anew": "Oui, et sans aucune agence.", "note": "logement",
        "room": "Discussion du soir", "said": "Bonsoir", "founder": "Héron", "guest": "Moineau", "third": "Roitelet",
        "label": "La porte d’en face", "alias": "Ceux d’à côté", "rule": "Une règle suffit", "more": "Pour l’équipe",
    },
}  # fmt: skip
ELSEWHERE = "elsewhere.example"
HOSTILE = (
    f"\n\n![p](https://{ELSEWHERE}/p.png) [l](https://{ELSEWHERE}/l) <img src=https://{ELSEWHERE}/i onerror=x()>"
    f' <script src="//{ELSEWHERE}/s"></script> <style>@import "//{ELSEWHERE}/c"</style> [j](javascript:x())'
    f" https://{ELSEWHERE}/a"
)
"""What somebody might write so that other people's browsers ask another host."""


@cache
def walk(language: str) -> Walked:
    """The story in one language."""
    loop = asyncio.new_event_loop()
    hub = memory_hub(SetClock(DAY, 9))
    hub.bell.ways = Ways(push=True, web=True, relay=Relay("relay.example", 587, "notes@kitchen.example"), known=True)
    story = _Story(Walked(World(hub, make_app(hub, ALL), loop), language))
    try:
        story.tell()
    finally:
        loop.run_until_complete(hub.close())
        loop.close()
    return story.walked


class _Story:
    """Four people: founder, guest and third of one group, and a stranger."""

    def __init__(self, walked: Walked) -> None:
        self.walked, self.world, self.words = walked, walked.world, WORDS[walked.language]
        self.founder, self.guest, self.third, self.stranger = map(
            walked.somebody, ("founder", "guest", "third", "stranger")
        )

    def tell(self) -> None:
        self._begin()
        self._phones()
        self._topic()
        self._room()
        self._people()
        self._unnamed()
        self._help()
        self._care()
        self._look_around()
        self._ask_to_join()
        self._ask_at_the_window()
        self._keep_the_fund()
        self._second_group()
        for who in (self.founder, self.guest):
            who.crawl()
        self._keepers()
        self._answerable()
        self._change_hands()
        self._part()

    def _begin(self) -> None:
        """Founding and joining, with every button on the way; settings; somebody who only looks at the door."""
        founder, words = self.founder, self.words
        self.stranger.crawl("door")
        for path in ("/nothing/here", self.world.url("topic", topic="x"), self.world.url("close")):
            self.stranger.get(path)
        self.stranger.submit(self.stranger.get(f"/?l={self.stranger.language}"), "door", key="camel window")
        found(founder, "close", words["group"], words["founder"], invite=True)
        for who, slip, name in zip((self.guest, self.third), founder.slips, ("guest", "third"), strict=True):
            join(who, slip, words[name])
        page = founder.go("more", "settings")
        founder.submit(page, "settings", months="levant", theme="light")
        self._reminders()

    def _reminders(self) -> None:
        """One of them is reminded by an app, another by e-mail until they have enough of it."""
        founder, guest = self.founder, self.guest
        page = founder.go("more", "settings", "reminders")
        page = founder.submit(page, "reminders", channel="push", endpoint="x")
        founder.submit(page, "reminders", channel="push", endpoint=f"https://{ELSEWHERE}/topic")
        page = guest.go("more", "settings", "reminders")
        for name in ("browser_script", "browser_worker"):
            guest.get(self.world.url(name))
        page = guest.submit(page, "reminders", channel="web")
        page = guest.submit(
            page, "reminders", channel="mail", endpoint=f"someone@{ELSEWHERE}", own=self.words["said"]
        )
        guest.submit(page, "reminders", channel="")

    def _phones(self) -> None:
        """A phone that remembers two of them, is named, comes back, and forgets: at its door and from inside."""
        founder, lasting, again = self.founder, "402317", "975310"
        for _ in range(2):
            page = founder.submit(founder.go("more", "mykey", "phones"), "phone_remember", pin=lasting)
            page = founder.submit(page, "phone_name", name=self.words["label"])
            founder.submit(page, "phone_second", key=self.guest.key, pin=again)
            page = founder.submit(founder.go("home"), "close")
            page = founder.submit(founder.submit(page, "come_back", pin=again[::-1]), "come_back", pin=lasting)
            assert route_of(page.path) == "home"
            founder.submit(founder.go("more", "mykey", "phones"), "phone_forget")
        page = founder.submit(founder.go("more", "mykey", "phones"), "phone_remember", pin=lasting)
        page = founder.submit(founder.go("more", "mykey", "second"), "second", pin=again)
        founder.submit(founder.submit(page, "second_key", "1"), "second_key", "yes")
        self.third.submit(self.third.go("more", "mykey", "second"), "second", "yes")
        founder.submit(founder.submit(founder.go("home"), "close"), "come_back", pin=again)
        founder.crawl()
        founder.submit(founder.submit(founder.go("home"), "close"), "forget_here")
        sign_in(self.walked.somebody("founder"), founder.key)
        sign_in(founder, founder.key)
        founder.submit(founder.go("more", "mykey", "phones"), "visit_end")

    def _topic(self) -> None:
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.go("talk", "new_topic")
        page = founder.submit(page, "new_topic", "preview", title=words["title"], text=words["text"] + HOSTILE)
        founder.submit(page, "new_topic", "send")
        page = guest.go("talk", "topic")
        page = guest.submit(page, "topic", "with_you")
        page = guest.submit(page, "topic", "quote")
        page = guest.submit(page, "topic", "unquote", text=words["answer"])
        page = guest.submit(page, "topic", "quote")
        page = guest.submit(page, "topic", "preview", note=words["note"])
        page = guest.submit(page, "topic", "send")
        assert words["answer"] in page.text
        for number in range(31):
            page = guest.submit(page, "topic", "send", text=f"{words['answer']} {number}")
        page = guest.submit(guest.submit(page, "topic", "open"), "post", "send", text=words["anew"])
        assert words["anew"] in page.text
        page = guest.submit(page, "topic", "open")
        guest.submit(page, "post", "retract")

    def _room(self) -> None:
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.submit(founder.go("talk", "new_room"), "new_room", name=words["room"], keep="7")
        for number in range(31):
            page = founder.submit(page, "room", "send", text=f"{words['said']} {number}{HOSTILE}")
        theirs = guest.go("talk", "room")
        founder.submit(page, "room", "send", text=words["answer"])
        assert words["answer"] not in theirs.text
        theirs = guest.follow(theirs, "room", text=guest.word("New? Refresh"))
        assert words["answer"] in theirs.text, "the link that asks for what is new brings it"
        theirs = guest.submit(theirs, "room", "with_you")
        theirs = guest.submit(theirs, "room", "quote")
        theirs = guest.submit(theirs, "room", "send", text=words["said"])
        mine = Markup(theirs.html).forms[-1].buttons
        newest = [value for _, value, _ in mine if value.startswith("open:")][-1]
        page = guest.submit(theirs, "room", newest)
        guest.submit(page, "message", "send", text=words["anew"])
        page = guest.submit(guest.go("talk", "room"), "room", newest)
        guest.submit(page, "message", "retract")
        page = founder.submit(founder.go("talk", "new_room"), "new_room", name=words["said"], keep="7")
        page = founder.submit(founder.follow(page, "room_tend"), "room_tend", name=words["anew"])
        assert words["anew"] in page.text
        page = founder.submit(founder.follow(founder.follow(page, "room_tend"), "room_close"), "room_close")
        assert words["anew"] not in page.text

    def _unnamed(self) -> None:
        """The care team settles that there are topics without a name; one is looked at again, and changed."""
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.go("more", "groups", "group", "care", "care_unnamed")
        founder.submit(page, "care_unnamed", unnamed="throttled")
        page = guest.follow(guest.follow(guest.go("talk"), "topics_mine"), "new_topic")
        nobody: dict[str, Any] = {"as": "nobody"}
        page = guest.submit(page, "new_topic", "send", title=words["said"], text=words["text"], **nobody)
        page = guest.submit(page, "new_topic", "change")
        assert words["text"] in dict(guest.form(page, "new_topic")[0].fields)["text"]

    def _people(self) -> None:
        """A word to the care team about a post and about somebody; my own names; muting, blocking, and back."""
        guest, words = self.guest, self.words
        post = guest.submit(guest.go("talk", "topic", "topic"), "topic", "open")  # the last page leads to the first
        person = guest.submit(guest.follow(post, "report"), "report", reason="hurts", more=words["more"])
        for act in ("mute", "unmute", "block", "unblock", "mute"):
            person = guest.submit(person, "person", act)
        person = guest.submit(person, "person", label=words["label"])
        guest.submit(guest.follow(person, "report"), "report", reason="other")
        page = guest.go("more", "groups", "group", "group_mine")
        guest.submit(page, "group_mine", alias=words["alias"])

    def _help(self) -> None:
        """Something is asked for, changed, checked and sent; it comes, is read, asked for again, and ends; another is
        offered, and removed. The care team says what is asked for here.
        """
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.go("more", "groups", "group", "care", "care_aid")
        founder.submit(page, "care_aid", own=words["label"], areas=words["alias"])
        self._bring()
        page = guest.follow(guest.go("help"), "help_new")
        page = guest.submit(page, "help_new", "check", text=words["text"])
        page = guest.submit(guest.submit(page, "help_new", "change"), "help_new", "check", conditions=words["more"])
        page = guest.submit(page, "help_new", "send")
        guest.follow(page, "need")
        self._comes()
        page = founder.submit(founder.go("help", "need"), "need", "word", word0=words["said"])
        page = guest.submit(guest.go("help", "help_mine", "need"), "need", "word", word0=words["answer"])
        assert words["said"] in page.text
        self._agree()
        guest.submit(guest.go("help", "help_mine", "need"), "need_fits")
        self._photo()
        self._photo_at_once()
        guest.submit(guest.go("help", "help_mine", "need"), "need", "renew")
        self._comes()
        founder.submit(founder.go("help", "need"), "need", "word", word0=words["said"])
        guest.submit(guest.go("help", "help_mine", "need"), "need", "thank", thanks=words["answer"])
        page = founder.go("help", "help_mine")
        assert words["answer"] in page.text
        founder.submit(page, "help_thanks")
        page = founder.submit(founder.go("help", "help_mine", "help_duty"), "help_duty", "save", days0="2")
        founder.submit(page, "help_duty", "end")
        page = guest.get(self.world.url("help_new", show="offers"))
        guest.submit(guest.submit(page, "help_new", "check", text=words["said"]), "help_new", "send")
        self._comes()
        page = founder.get(self.world.url("help", show="offers"))
        founder.submit(founder.follow(page, "need"), "need", "takedown")

    def _agree(self) -> None:
        """Somebody would help and is told no; then both agree, talk, open a step, and one ends it. The care team
        reads that nobody came.
        """
        founder, guest, words = self.founder, self.guest, self.words
        for answer in ("refuse", "accept"):
            page = founder.go("help", "help_mine", "need", "need_pledge")
            founder.submit(page, "need_pledge", much="part", text=words["label"])
            guest.submit(guest.go("help", "help_mine", "need"), "need_agree", answer)
        founder.submit(founder.go("help", "help_mine", "need"), "need_agree", "confirm")
        page = guest.submit(guest.go("help", "help_mine", "need"), "need_agree", "take")
        page = guest.submit(page, "followup", "say", text=words["said"])
        guest.submit(page, "followup", "open", **{"open-name": words["alias"]})
        page = founder.go("help", "help_mine", "followup")
        assert words["said"] in page.text
        page = founder.submit(founder.follow(page, "followup_nobody"), "followup_nobody", more=words["more"])
        founder.submit(page, "followup", "thank")
        founder.submit(founder.go("more", "groups", "group", "care", "care_reports"), "care_missed")
        page = founder.go("help", "help_mine", "followup")
        page = founder.submit(page, "followup", "arrived")
        founder.submit(page, "followup", "end")
        guest.submit(guest.go("help", "help_mine", "followup"), "followup", "end")

    def _photo(self) -> None:
        """What is no photo is refused; one is put there with words, looked at, and taken away."""
        guest, words = self.guest, self.words
        photo = guest.go("help", "help_mine", "need", "need_photo")
        guest.upload(photo, "need_photo", b"")
        photo = guest.upload(photo, "need_photo", picture((60, 40)), alt=words["label"])
        assert words["label"] in photo.text
        guest.get(photo.path.replace("/photo/", "/picture/"))
        guest.upload(photo, "need_photo", b"", "remove")

    def _photo_at_once(self) -> None:
        """On the second screen: none, one that is none, one with words, left out, and one that comes along."""
        guest, words = self.guest, self.words
        page = guest.submit(guest.follow(guest.go("help"), "help_new"), "help_new", "check", text=words["text"])
        for file in (b"", b"x"):
            page = guest.upload(page, "help_new", file, "photo")
        page = guest.upload(page, "help_new", picture((60, 40)), "photo", alt=words["label"])
        guest.get(self.world.url("help_new_picture"))
        page = guest.upload(page, "help_new", b"", "without")
        guest.upload(page, "help_new", picture((60, 40)), "send", alt=words["label"])
        self._comes()
        assert words["label"] in guest.go("help", "help_mine", "need").text
        guest.submit(guest.go("help", "help_mine", "need"), "need", "withdraw")

    def _bring(self) -> None:
        """The care team brings a table along: one that isn't, one with a wrong row, one that fits; and takes one."""
        founder, text = self.founder, self.words["text"].replace("\n", " ")
        for file in ("", f"need,many\n{text},3\n{text},x\n", f"need,phone\n{text},0944123456\n"):
            page = founder.go("more", "groups", "group", "care", "care_aid", "help_bring")
            page = founder.upload(page, "help_bring", file.encode())
            if file:
                page = founder.submit(page, "help_columns")
                founder.submit(page, "help_rows", "drop" if ",x" in file else "bring")
        page = founder.go("more", "groups", "group", "care", "care_aid", "help_take")
        founder.submit(page, "help_take", kind="csv")

    def _comes(self) -> None:
        """What waits comes."""
        hub = self.world.hub
        self.world.run(hub.services.later.flush(hub.store, hub.services.random))

    def _care(self) -> None:
        founder, words = self.founder, self.words
        care = ("more", "groups", "group", "care")
        page = founder.go(*care, "care_words")
        founder.submit(page, "care_words", rules=words["rule"])
        founder.submit(founder.go(*care, "care_weather"), "care_weather", "1")
        founder.submit(founder.go(*care, "care_weather"), "care_weather", "0")
        page = founder.go(*care, "care_weather", "care_values")
        founder.submit(page, "care_values", days="3")
        founder.submit(founder.go(*care, "care_reports", "care_settle"), "care_settle")
        page = founder.submit(founder.go("more", "groups", "group", "invite"), "invite")
        founder.submit(page, "invite_slip")
        founder.submit(founder.go("more", "groups", "group", "invite"), "invite_revoke")
        page = founder.submit(founder.go(*care, "week"), "week")
        page = founder.submit(page, "week_later")
        founder.submit(founder.submit(page, "week_two"), "invite_slip")
        for _ in range(2):
            founder.submit(founder.go("more", "groups", "group", "invite"), "invite_revoke")
        page = founder.submit(founder.go(*care, "team"), "team")
        page = founder.submit(founder.follow(page, "room"), "room", "send", text=words["said"])
        assert words["said"] in page.text
        page = founder.follow(founder.go(*care), "team", text=founder.word("Welcome team"))
        founder.submit(founder.submit(page, "team"), "team", parlour="yes")
        page = founder.follow(founder.follow(founder.go(*care), "group_people"), "person", text=words["guest"])
        founder.submit(founder.follow(page, "vouch"), "vouch")
        for who in (self.third, self.guest):
            self._ask_into_care(founder, founder.go(*care), who)
        guest = self.guest
        guest.submit(guest.go("more", "groups", "group"), "group_agree")
        guest.submit(guest.go("more", "groups", "group"), "group_care_join")
        third = self.third
        third.submit(third.go("more", "groups", "group"), "group_care_decline")

    def _look_around(self) -> None:
        """The group opens; somebody without a key reads its page and begins to come in; it closes again."""
        founder, stranger = self.founder, self.stranger
        words = founder.go("more", "groups", "group", "care", "care_words")
        founder.submit(words, "care_words", access="open", public=self.words["text"])
        page = stranger.submit(stranger.get(f"/?l={stranger.language}"), "tour")
        page = stranger.submit(stranger.follow(page, "tour_group"), "tour_group")
        assert route_of(page.path) == "joining_phone"
        founder.submit(founder.go("more", "groups", "group", "care", "care_words"), "care_words", access="link")

    def _ask_to_join(self) -> None:
        """Somebody new asks; a word to and fro; a no; they ask again, and the door opens; they would rather not."""
        founder, asker, words = self.founder, self.walked.somebody("asker"), self.words
        care = ("more", "groups", "group", "care")
        page = founder.go(*care, "care_words")
        founder.submit(page, "care_words", access="asked", public=words["text"], questions=words["title"])
        page = asker.submit(asker.get(f"/?l={asker.language}"), "tour")
        page = asker.submit(asker.follow(page, "tour_group"), "tour_group", answer0=words["answer"])
        page = asker.submit(asker.submit(page, "joining_phone"), "joining_name", own=words["label"])
        asker.key = shown_key(page)[0]
        page = asker.follow(asker.submit(page, "joining_key", "yes"), "asked")
        asker.submit(page, "asked", word=words["said"])
        request = founder.follow(founder.go(*care, "applicants"), "applicant")
        request = founder.submit(request, "applicant", word=words["more"])
        asker.crawl()
        founder.submit(request, "applicant_no", how="later")
        page = asker.submit(asker.go("more", "groups", "asked"), "asked_leave")
        page = asker.submit(asker.follow(asker.follow(page, "tour"), "tour_group"), "tour_group")
        asker.submit(page, "joining_name", own=words["label"])
        founder.submit(founder.follow(founder.go(*care, "applicants"), "applicant"), "applicant_in")
        founder.go(*care, "applicants", "applicant")
        asker.submit(asker.go("more", "groups", "asked"), "asked_leave")
        founder.submit(founder.go(*care, "care_words"), "care_words", access="link")

    def _ask_at_the_window(self) -> None:
        """The window opens; somebody without a key asks, is answered, adds a word, takes it all back."""
        founder, caller, words = self.founder, self.walked.somebody("caller"), self.words
        care = ("more", "groups", "group", "care")
        page = founder.follow(founder.go(*care), "team", text=founder.word("Dispatchers"))
        founder.submit(page, "team")
        page = founder.go(*care, "care_window")
        text, answer = words["text"], words["answer"]
        founder.submit(page, "care_window", on="yes", name=words["label"], kind="housing", advice0=text, ready=answer)
        page = caller.follow(caller.get(f"/?l={caller.language}"), "desk")
        page = caller.upload(caller.submit(page, "desk"), "desk", b"x", text=words["text"] + HOSTILE)
        kept = caller.upload(page, "desk", picture((60, 40)))
        code = " ".join(WORDS_OF_A_KEY.findall(kept.html))
        queue = founder.follow(founder.follow(founder.go(*care), "team", text=founder.word("Dispatchers")), "queue")
        queue = founder.submit(queue, "queue")
        page = founder.submit(founder.follow(queue, "case"), "case", "I look after it")
        page = founder.submit(page, "case", "answer", text=words["answer"] + HOSTILE)
        page = founder.submit(page, "case", "note", note=words["more"])
        photo = founder.follow(page, "case_photo")
        founder.get(photo.path.replace("/photo/", "/picture/"))
        page = founder.submit(page, "help_new", carry=photo.path.rpartition("/")[2])
        founder.submit(page, "help_new", "check")
        page = caller.submit(caller.follow(caller.follow(kept, "desk"), "desk_back"), "desk_back", code=code)
        assert words["answer"] in page.text
        page = caller.submit(page, "desk_back", "add", text=words["said"])
        page = caller.upload(page, "desk_back", picture((60, 40)), "add")
        caller.submit(page, "desk_back", "Delete it all")
        self._confide()

    def _confide(self) -> None:
        """What a member asks the dispatchers alone, here by one of them: as it is asked, in the queue, taken back."""
        founder, words = self.founder, self.words
        page = founder.follow(founder.go("help"), "help_new")
        page = founder.submit(page, "help_new", "check", text=words["said"] + HOSTILE)
        page = founder.follow(founder.submit(page, "help_new", "send", readers="desk"), "confided")
        queue = founder.submit(founder.follow(founder.go("help"), "queue"), "queue")
        assert words["said"] in queue.text
        founder.get(f"{queue.path.partition('?')[0]}?part=new")
        for link in [one for one in queue.links if route_of(one) == "case"]:
            founder.get(link)
        self._plan(queue)
        page = founder.submit(page, "confided", "add", text=words["more"])
        founder.submit(page, "confided", "Delete it all")

    def _keep_the_fund(self) -> None:
        """There is a fund: something came in, something is asked for, agreed to and closed; a request comes to it."""
        founder, words = self.founder, self.words
        page = founder.go("more", "groups", "group", "care", "care_fund")
        book = founder.submit(page, "care_fund", on="yes", currency=words["label"])
        page = founder.follow(book, "fund_new")
        came = founder.submit(page, "fund_new", kind="income", amount="100", text=words["text"] + HOSTILE)
        founder.get(f"{came.path}?part=came")
        page = founder.submit(page, "fund_new", kind="help", amount="40", text=words["text"] + HOSTILE)
        page = founder.submit(page, "fund_entry", "I agree")
        founder.submit(page, "fund_entry", "No longer needed")
        page = founder.go("more", "groups", "group", "care", "fund_book", "fund_take")
        founder.submit(page, "fund_take", "Take it along")
        group = self.guest.go("more", "groups", "group")
        for name in ("fund", "help_figures"):
            self.guest.follow(group, name)

    def _plan(self, queue: Page) -> None:
        """The plan for what was asked there and what is offered, and a word to who asked."""
        founder, words = self.founder, self.words
        page = founder.get(self.world.url("help_new", show="offers"))
        page = founder.submit(page, "help_new", "check", text=words["text"])
        founder.submit(page, "help_new", "send", readers="group")
        self._comes()
        page = founder.follow(founder.follow(queue, "plan"), "pair")
        founder.submit(page, "pair", "send", need=words["answer"])

    def _ask_into_care(self, by: Walker, care: Page, who: Walker) -> None:
        person = by.follow(by.follow(care, "group_people"), "person", text=self.words[who.name])
        by.submit(by.follow(person, "person_care"), "person_care")

    def _second_group(self) -> None:
        """A group whose stewards let people in by hand: knocking, waiting, coming in, being removed."""
        founder, words = self.founder, self.words
        page = founder.submit(founder.go("more", "groups", "group_new"), "group_new", card="support")
        page = founder.submit(page, "group_new", "yes")
        page = founder.submit(page, "group_new", group=words["other"], own=words["founder"], access="hidden")
        for who in (self.guest, self.third):
            page = founder.follow(founder.get(page.path), "group") if route_of(page.path) != "group" else page
            slip = founder.submit(founder.follow(page, "invite"), "invite")
            link, spoken = slips_on(slip)[0]
            page = founder.submit(slip, "invite_slip")
            who.go()
            first = who.submit(who.get(link), "joining", words=spoken)
            named = who.submit(who.submit(first, "joining_welcome"), "joining_name", "yes")
            who.submit(named, "joining_name", own=words[who.name])
        self.third.crawl()
        self._answer_the_door()

    def _answer_the_door(self) -> None:
        founder = self.founder
        page = self._other(founder)
        page = founder.follow(page, "invite")
        founder.submit(page, "invite_answer", "in", near=self.words["guest"])
        guest = self.guest
        guest.submit(guest.go("more", "groups"), "group_keys")
        self.third.submit(self.third.go("more", "groups"), "group_forget")

    def _other(self, who: Walker) -> Page:
        """The page of the second group."""
        return who.follow(who.go("more", "groups"), "group", text=self.words["other"])

    def _change_hands(self) -> None:
        """In the first group the founder lays the care down; in the second takes the guest in, out, and away."""
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.follow(founder.follow(founder.go("more", "groups"), "group", text=words["group"]), "care")
        founder.submit(founder.follow(page, "care_rest"), "care_rest")
        care = founder.follow(self._other(founder), "care")
        self._ask_into_care(founder, care, guest)
        guest.submit(self._other(guest), "group_care_join")
        person = founder.follow(founder.follow(care, "group_people"), "person", text=words["guest"])
        page = founder.submit(founder.follow(person, "person_rest"), "person_rest")
        founder.submit(founder.follow(page, "person_out"), "person_out")
        guest.submit(guest.go("more", "groups"), "group_forget")

    def _part(self) -> None:
        """Third leaves the group, and its keys turn; founder closes, comes back, and deletes the key."""
        third, guest, founder = self.third, self.guest, self.founder
        third.submit(third.go("more", "groups", "group", "group_leave"), "group_leave", way="nameless")
        page = guest.go("more", "groups", "group", "care")
        guest.submit(page, "care_keys")
        typing = guest.go("talk", "new_topic")
        guest.submit(guest.go("home"), "close")
        guest.submit(typing, "new_topic", "send", title=self.words["title"], text=self.words["text"])
        founder.submit(founder.go("home"), "close")
        sign_in(founder, founder.key)
        self._come_back()
        self._new_key()
        self._lock()
        founder.submit(founder.go("more", "mykey", "forget_me"), "forget_me", way="erase", key=founder.key)
        third.submit(third.go("more", "mykey", "forget_me"), "forget_me", key="x")
        third.submit(third.go("more", "safety", "sleep"), "sleep", key=third.key)

    def _come_back(self) -> None:
        """The guest lets somebody back in under the founder's name; the founder says that it was somebody else."""
        founder, guest, words = self.founder, self.guest, self.words
        who = guest.go("more", "groups", "group", "care", "return_who")
        slip = guest.submit(guest.follow(who, "return_slip", text=words["founder"]), "return_slip")
        link, spoken = slips_on(slip)[0]
        guest.submit(slip, "invite_slip")
        back = self.walked.somebody("back")
        back.follow(back.get(self.world.url("door", l=back.language)), "lost_key")
        page = back.submit(back.get(f"{link}?l={back.language}"), "joining", words=spoken)
        back.submit(back.submit(page, "joining_name"), "joining_key", "yes")
        people = guest.go("more", "groups", "group", "care", "group_people")
        guest.submit(guest.follow(people, "person", text=words["founder"]), "return_known")
        founder.submit(founder.go("return_stop"), "return_stop")

    def _keepers(self) -> None:
        """Three keep the founder's key: taken back, chosen anew, begun and stopped, and after a day given back."""
        founder, guest, third, words = self.founder, self.guest, self.third, self.words
        page = founder.follow(founder.follow(founder.go("more", "groups"), "group", text=words["group"]), "invite")
        fourth = self.walked.somebody("fourth")
        join(fourth, slips_on(founder.submit(page, "invite"))[0], "fourth")
        self._let_days_pass(7)
        self._pause()
        for _ in range(2):
            page = founder.follow(founder.go("more", "mykey", "keepers"), "keepers_choose", text=words["group"])
            keys = list(dict.fromkeys(re.findall(r'<option value="([^"]+)"', page.html)))
            founder.submit(page, "keepers_choose", first=keys[0], second=keys[0], third=keys[1])
            founder.submit(page, "keepers_choose", first=keys[0], second=keys[1], third=keys[2])
            founder.submit(founder.go("more", "mykey", "keepers"), "keepers")
        founder.submit(page, "keepers_choose", first=keys[0], second=keys[1], third=keys[2])
        guest.submit(guest.go("more", "mykey", "keepers", "keeping"), "keeping")
        founder.submit(founder.go("keepers_begun"), "keepers_begun")
        self._let_days_pass(1)
        guest.submit(guest.go("more", "mykey", "keepers", "keeping"), "keeping")
        guest.go("more", "mykey", "keepers", "keeping")
        self._let_days_pass(1)
        founder.go("keepers_begun")
        slip = third.submit(third.go("more", "mykey", "keepers", "keeping"), "keeping")
        link, spoken = slips_on(slip)[0]
        again = self.walked.somebody("again")
        page = again.submit(again.get(f"{link}?l={again.language}"), "joining", words=spoken)
        founder.key = shown_key(page)[0]
        again.submit(again.submit(page, "new_key_words", "yes"), "new_key_typed", key=founder.key)

    def _answerable(self) -> None:
        """Third begins a topic that is answerable; founder asks who that was, withdraws, asks again; guest agrees,
        founder looks, guest sees it too; and it is taken back.
        """
        founder, guest, third, words = self.founder, self.guest, self.third, self.words
        care = founder.follow(founder.follow(founder.go("more", "groups"), "group", text=words["group"]), "care")
        founder.submit(founder.follow(care, "care_unnamed"), "care_unnamed", unnamed="answerable")
        for who in (founder, third, founder, third):  # What is asked for at one sign-in is signed at another's.
            self._let_days_pass(1)
            who.go()
        nobody: dict[str, Any] = {"as": "nobody"}
        page = third.submit(
            third.go("talk", "new_topic"), "new_topic", "send", title=words["more"], text="؟", **nobody
        )
        third.submit(page, "new_topic", "confirm")
        services = self.world.hub.services
        self.world.run(services.later.look(services.store, float("inf")))
        page = founder.follow(founder.follow(founder.go("talk"), "topic", text=words["more"]), "opening")
        founder.submit(founder.submit(page, "opening", "ask", reason=words["text"]), "opening", "")
        founder.submit(founder.get(page.path), "opening", "ask", reason=words["text"])
        asked = guest.go("more", "groups", "group", "care", "opening")
        asked = guest.submit(asked, "opening")
        assert words["third"] in founder.submit(founder.get(page.path), "opening").text
        assert words["third"] in guest.get(asked.path).text
        third.submit(third.go("talk", "topics_mine"), "topics_mine")

    def _pause(self) -> None:
        """Two hold what the third writes, once they have been there for a week; one of them lets it show."""
        people = ("more", "groups", "group", "care", "group_people")
        for who in (self.founder, self.guest):
            page = who.follow(who.go(*people), "person", text=self.words["third"])
            page = who.submit(who.follow(page, "person_hold"), "person_hold")
        self.founder.go("more", "groups", "group", "care")
        self.guest.submit(page, "person_hold")

    def _let_days_pass(self, days: int) -> None:
        """What waits comes in its minute."""
        clock = self.world.hub.services.clock
        assert isinstance(clock, SetClock)
        for seconds in (days * 86_400, 30, 30):
            clock.forward(seconds=seconds)
            self.world.run(Scheduler(self.world.hub.store, clock).look())

    def _new_key(self) -> None:
        """The founder thinks that the nine words were seen: a new key, met, passed over for another, and typed."""
        founder = self.founder
        page = founder.submit(founder.go("more", "mykey", "new_key"), "new_key", key=founder.key)
        page = founder.submit(page, "new_key_words", "1")
        founder.key = shown_key(page)[0]
        founder.submit(founder.submit(page, "new_key_words", "yes"), "new_key_typed", key=founder.key)

    def _lock(self) -> None:
        """The founder gives the guest a lock; the guest closes the founder's account for three days."""
        founder, guest, words = self.founder, self.guest, self.words
        page = founder.follow(
            founder.follow(founder.go("more", "groups"), "group", text=words["group"]), "person", text=words["guest"]
        )
        founder.submit(founder.follow(page, "trust"), "trust")
        care = guest.go("more", "groups", "group", "care", "group_people")
        guest.submit(guest.follow(guest.follow(care, "person", text=words["founder"]), "latch"), "latch")
        sign_in(founder, founder.key)
        clock = self.founder.world.hub.services.clock
        assert isinstance(clock, SetClock)
        clock.forward(days=3)
        founder.submit(founder.go("more", "safety", "locks"), "locks")
        self._practise()

    def _practise(self) -> None:
        """Three days after the new key Home asks for it: another time; then a slip, and then the key."""
        founder = self.founder
        founder.submit(founder.go("home"), "practice_later", "")
        page = founder.submit(founder.go("more", "mykey", "practice"), "practice", key=self.guest.key)
        founder.submit(page, "practice", key=founder.key)

"""One request: who asks, how they read, what they sent, and the ways to answer.

A visit is made by `web.app` for every request and handed to the page functions; nothing of it outlives the request.
"""

from __future__ import annotations

from functools import cached_property
from typing import cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.phones import SLOT
from jiwar.circles.policy import LEVELS
from jiwar.crypto.hashing import same
from jiwar.errors import BadFormToken, JiwarError, NotThere, RoomClosed, SignedOut
from jiwar.i18n import LANGUAGES, REGIONS, Digits, MonthNames
from jiwar.keyring.model import Settings
from jiwar.keyring.phone import DAYS
from jiwar.keyring.session import Session
from jiwar.web import messages
from jiwar.web.forms import EMPTY, Form
from jiwar.web.frame import Frame, Reader, Tab, TextSize, Theme, Weather
from jiwar.web.limits import Rate
from jiwar.web.respond import ALWAYS, respond
from jiwar.web.site import Site

TABS: tuple[Tab, ...] = ("home", "talk", "help", "more")
"""The tabs whose systems exist; a new system's page file adds its own."""
_RENEW = "renew"
USUAL = "usual"
"""Digits or months as they are usual in the chosen region."""
_NOTICE = "notice"
_KEPT = ("access", "keyring", "moved", "founding", "joining", "language", SLOT, _NOTICE)
"""What a session takes along to its new cookie."""
DAY_SECONDS = 86_400
CIRCLE_NAME = 16
"""Bytes of a circle's id that stand for it in URLs."""


def has_a_phone(browser: str) -> bool:
    """Whether a browser says of itself that it is a phone's, as those of phones do and those of tablets don't (what
    the Compatibility Standard calls a mobile one). It isn't kept.
    """
    return "Mobi" in browser


class Visit:
    """The request as page functions see it. `by_itself`: a browser makes it without anybody, so it isn't seen."""

    def __init__(self, site: Site, request: Request, by_itself: bool = False) -> None:
        self.site, self.request, self._by_itself = site, request, by_itself
        self.services = site.services
        self.form: Form = EMPTY
        self._new_cookie: bytes | None = None
        self._dropped = False
        self._lasting: bytes | None = None
        self.has_place = False
        """Whether there is room in memory for a file that comes with the form (`web.app`)."""

    # who

    @cached_property
    def cookie(self) -> bytes:
        return self._sent(self.site.cookie)

    def _sent(self, cookie: str) -> bytes:
        try:
            return bytes.fromhex(self.request.cookies.get(cookie, ""))
        except ValueError:
            return b""

    @cached_property
    def phone(self) -> bytes:
        """The cookie by which this phone is remembered; it opens nothing without its PIN. Empty where it isn't."""
        return self._sent(self.site.lasting) if self._phone_language else b""

    @cached_property
    def _phone_language(self) -> str:
        return self.site.phones.language(self._sent(self.site.lasting))

    def keep_phone(self, cookie: bytes) -> None:
        """Hand out the one cookie that outlives a visit, as long as the phone is remembered; empty takes it back."""
        self._lasting = cookie
        for known in ("phone", "_phone_language"):
            self.__dict__.pop(known, None)

    @cached_property
    def session(self) -> Session:
        """The visitor's session, signed in or on the way in. Raises SignedOut."""
        return self.services.sessions.find(self._new_cookie or self.cookie, seen=not self._by_itself)

    def has_session(self) -> bool:
        try:
            return bool(self.session)
        except SignedOut:
            return False

    def new_session(self) -> Session:
        """Begin a session; its cookie goes out with the answer. An older one of this browser ends."""
        self.services.sessions.end(self.cookie)
        self._new_cookie = self.services.sessions.start()
        self.__dict__.pop("session", None)
        self.__dict__.pop("member", None)
        return self.session

    def renew_later(self) -> None:
        """Ask for a new cookie at the next page: who saw this browser's cookie before sign-in keeps nothing of it.

        Not at once, so that a second tap on the same button still finds the session that the first one used.
        """
        self.session.write(_RENEW, b"due")

    def renew_if_due(self) -> None:
        """Only for a page that somebody goes to: what a page asks for by itself may cross it on the way."""
        going = self.request.headers.get("sec-fetch-dest", "document") == "document"
        if not going or not self.has_session() or self.session.read(_RENEW) is None:
            return
        old = self.session
        kept = [(slot, old.read(slot)) for slot in _KEPT]
        new = self.new_session()
        new.rest_at_most(old.idle)
        new.take_after(old)
        for slot, value in kept:
            if value is not None:
                new.write(slot, value)

    def has_rested_too_long(self) -> bool:
        """Whether a page of a visit that ended by itself is still on this screen, and is being gone on from.

        Only who has such a page before them may be told so: closing takes the cookie away, and an address that was
        typed, kept or found in the history doesn't come from a page of this site.
        """
        from_here = self.request.headers.get("sec-fetch-site") == "same-origin"
        return from_here and bool(self.cookie) and not self.has_session()

    def end_session(self) -> None:
        self.services.sessions.end(self._new_cookie or self.cookie)
        self._new_cookie, self._dropped = None, True

    @cached_property
    def member(self) -> Member:
        """Raises SignedOut."""
        return Member(self.services, self.session)

    def require_member(self) -> None:
        """Raises SignedOut for a stranger."""
        if self.session.read("access") is None:
            raise SignedOut

    def is_member(self) -> bool:
        try:
            return bool(self.member)
        except SignedOut:
            return False

    # names of things

    def name(self, stable: bytes) -> str:
        """The session's name for an id, for URLs."""
        return self.session.names.name(stable)

    def stable(self, name: str) -> bytes:
        """Raises NotThere."""
        return self.session.names.resolve(name)

    def circle(self, short: bytes | None = None) -> Circle:
        """The circle that the path (or `short`, the first 16 bytes of its id) names. Raises NotThere, Removed."""
        wanted = short if short is not None else self.stable(self.request.path_params["circle"])
        if len(wanted) != CIRCLE_NAME:
            raise NotThere
        circle = Circle(self.member, self.member.circle_called(wanted))
        self.session.rest_at_most(circle.policy.idle_minutes * 60)
        return circle

    def circle_name(self, circle: bytes) -> str:
        return self.name(circle[:CIRCLE_NAME])

    def object_name(self, circle: bytes, obj: bytes) -> str:
        """One name for an object and its circle."""
        return self.name(circle[:CIRCLE_NAME] + obj)

    def addressed(self, place: str) -> tuple[Circle, bytes]:
        """The circle and object that the path's `place` names. Raises NotThere."""
        both = self.stable(self.request.path_params[place])
        if len(both) != 32:
            raise NotThere
        return self.circle(both[:CIRCLE_NAME]), both[CIRCLE_NAME:]

    def address(self, name: str, **values: object) -> str:
        """The whole address of a page, for a link that is handed to somebody else."""
        scheme = "https" if self.site.secure else "http"
        return f"{scheme}://{self.request.url.netloc}{self.site.paths.url(name, **values)}"

    # how they read

    @cached_property
    def reader(self) -> Reader:
        settings, spoken = self._settings(), self.site.languages
        region = REGIONS[settings.region]
        return Reader(
            language=spoken.get(f"{settings.language}-{settings.region}", spoken[settings.language]),
            today=self.services.clock.day(),
            digits=region.digits if settings.digits == USUAL else cast(Digits, settings.digits),
            months=region.months if settings.months == USUAL else cast(MonthNames, settings.months),
            theme=cast(Theme, settings.theme),
            size=cast(TextSize, settings.text),
            sparing=settings.sparing,
            narrow=settings.sparing or has_a_phone(self.request.headers.get("user-agent", "")),
        )

    def _settings(self) -> Settings:
        if self.is_member():
            return self.member.settings
        return Settings(language=self.stranger_language())

    def stranger_language(self) -> str:
        """The language of a page before sign-in: asked for, else the hub's own."""
        asked = self.request.query_params.get("l", "")
        if asked not in LANGUAGES and self.has_session():
            asked = (self.session.read("language") or b"").decode()
        asked = asked if asked in LANGUAGES else self._phone_language
        return asked if asked in LANGUAGES else self.site.hub.front.language

    def languages(self, page: str, **values: object) -> list[tuple[str, str, str, bool]]:
        """The links before sign-in that show a page in another language:

        (code, its own name, path, whether it is this one).
        """
        own = self.reader.language.code
        url = self.site.paths.url
        return [(code, name, url(page, l=code, **values), code == own) for code, name in LANGUAGES.items()]

    def keep_language(self) -> None:
        """Let the way in go on in the language it began in."""
        self.session.write("language", self.reader.language.code.encode())

    def say(self, message: str) -> str:
        """A sentence of the catalogue in the reader's language."""
        return self.reader.language.gettext(message)

    def sentence(self, error: JiwarError) -> str:
        """An error in the reader's language."""
        return messages.sentence(error, self.reader.language, self.reader.digits)

    def _weather(self) -> Weather:
        return cast(Weather, LEVELS[self.member.highest_level()])

    def frame(self, tab: Tab = "", script: bool = False, worker: bool = False) -> Frame:
        """The bars around the page; before sign-in there are none but closing."""
        inside = self.is_member()
        return Frame(
            cover=self.site.cover,
            url=self.site.paths.url,
            token=self.session.form_token if self.has_session() else "",
            tabs=TABS if inside else (),
            tab=tab,
            weather=self._weather() if inside else "",
            script=self.site.paths.url("browser_script" if worker else "script") if script or worker else "",
            worker=worker,
            notice=self._told(),
        )

    def tell(self, message: str) -> None:
        """Have the next page say, once, what was done: a sentence of the catalogue, with nobody's name in it."""
        self.session.write(_NOTICE, message.encode())

    def _told(self) -> str:
        """What the page before left for this one to say. It waits in the session: a URL would keep it for history."""
        if not self.has_session():
            return ""
        message = self.session.read(_NOTICE)
        self.session.forget(_NOTICE)
        return self.say(message.decode()) if message else ""

    # what they sent

    def require_form_token(self, entrance: bool = False) -> None:
        """Raises BadFormToken for a form that is not this session's own (CSRF).

        Without a session, and at an entrance, the browser has to say that the form came from this site, if it says
        anything; an old browser that says nothing doesn't send the cookie along from elsewhere either.
        """
        token = self.form.text("token")
        if self.has_session() and (token or not entrance):
            if not same(token.encode(), self.session.form_token.encode()):
                raise BadFormToken
        elif self.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise BadFormToken

    def limit(self, rate: Rate) -> None:
        """Count an act of this session. Raises TooMuch."""
        self.site.limits.take(self.session.name, rate)

    # answers

    def page(
        self,
        template: str,
        tab: Tab = "",
        status: int = 200,
        script: bool = False,
        worker: bool = False,
        **values: object,
    ) -> Response:
        """Render a page and send it. `worker`: with the script that has a browser rung, in place of the usual one."""
        page = self.site.pages.render(template, self.reader, self.frame(tab, script, worker), **values)
        return respond(page, self.request.headers.get("accept-encoding", ""), status)

    def go(self, name: str, anchor: str = "", **values: object) -> Response:
        """Send the visitor to a page, by GET."""
        return self.go_to(self.site.paths.url(name, **values) + (f"#{anchor}" if anchor else ""))

    def go_to(self, path: str) -> Response:
        return RedirectResponse(path, 303, ALWAYS)

    def fail(self, error: JiwarError) -> Response:
        """The page for an error that no form takes; what was being written into a room that closed is given back."""
        return self.page(
            "frame/error.html",
            status=messages.status(error),
            sentence=self.sentence(error),
            inside=self.is_member(),
            texts=self.form.texts() if isinstance(error, RoomClosed) else (),
        )

    def give_back(self, error: SignedOut) -> Response:
        """The visit has ended while somebody wrote: the way in, and what they wrote, to take along."""
        return self.page(
            "frame/kept.html", status=messages.status(error), sentence=self.sentence(error), texts=self.form.texts()
        )

    def with_cookie(self, response: Response) -> Response:
        """The answer with what this visit changed about the cookie; `web.app` does this to every answer."""
        if self._new_cookie is not None:
            self._set(response, self.site.cookie, self._new_cookie)
        elif self._dropped:
            self._set(response, self.site.cookie, b"", 0)
        if self._lasting is not None:
            self._set(response, self.site.lasting, self._lasting, DAYS * DAY_SECONDS if self._lasting else 0)
        return response

    def _set(self, response: Response, name: str, value: bytes, age: int | None = None) -> None:
        response.set_cookie(
            name, value.hex(), max_age=age, path="/", secure=self.site.secure, httponly=True, samesite="strict"
        )

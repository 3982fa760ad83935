"""How to come to each page that is photographed; every one goes on from where the one before ended."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from jiwar.cli.demo import content
from tests.browser import driving
from tests.browser.people import Person
from tests.core.pictures.making import photo

Act = Callable[[Person], object]
Pages = dict[str, Act]
NEED = {
    "ar": "من يعيرنا سلّماً ليوم واحد؟ السقف عالٍ والمصباح احترق.",
    "en": "A ladder for a day? The ceiling is high and the bulb is gone.",
    "fr": "Une échelle pour un jour ? Le plafond est haut et l’ampoule est morte.",
}
WORD = {
    "ar": "عندي واحد، وأوصله بعد العصر.",
    "en": "I have one, and can bring it in the afternoon.",
    "fr": "J’en ai une, je l’apporte dans l’après-midi.",
}
CASE = 'main a[href^="/case/"]'
FOLLOWUP = 'main a[href*="/followup/"]'


def _go(path: str) -> Act:
    return lambda person: person.go(path)


def _title(kind: str) -> str:
    community = content.load()
    if kind == "group":
        return community.circles[0].name
    threads = [thread for thread in community.threads if thread.circle == community.circles[0].slug]
    wanted = [thread for thread in threads if thread.is_room == (kind == "room")]
    return max(wanted, key=lambda thread: (-thread.posts[-1].day, len(thread.posts))).title


def _link(person: Person, end: str) -> str:
    """Where the first link that ends so leads."""
    return str(person.one(f'main a[href$="{end}"]:not([href*="/team/"])').get_attribute("href"))


def _from_group(*ends: str) -> Act:
    def come(person: Person) -> None:
        person.open_group(_title("group"))
        for end in ends:
            person.go(_link(person, end))

    return come


def _headline(person: Person) -> str:
    return NEED[person.lang].partition("؟")[0].partition("?")[0].strip()


def _check(person: Person) -> None:
    person.press("Ask for something")
    person.type("text", NEED[person.lang])
    person.press("Check, then send")


def _show_photo(person: Person) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "photo.jpg"
        file.write_bytes(photo((1_200, 900)))
        driving.tap(person.driver, person.named("Photo"))
        person.one("#file").send_keys(str(file))
        person.type("alt", WORD[person.lang])
        person.press("Put it beside the words")


def _confide(person: Person) -> None:
    person.press("Leave it out")
    person.choose("readers", "desk")
    person.press("Send")


def _queue(person: Person) -> None:
    person.go("/help")
    person.open(person.word("Help desk"))
    person.press("Look for new ones")


def _plan(person: Person) -> None:
    person.open(person.word("Help desk"))
    person.press("What could fit what")


def _case(person: Person) -> None:
    _queue(person)
    person.follow(person.one(CASE))


def _entry(person: Person) -> None:
    person.press("Back")
    person.follow(person.one('main a[href^="/fund/"]'))


def _unnamed(person: Person) -> None:
    community = content.load()
    where = community.unnamed[0].circle
    person.go("/new/topic")
    person.pick("circle", next(one.name for one in community.circles if one.slug == where))
    person.type("title", NEED[person.lang][:20])
    person.type("text", NEED[person.lang])
    person.choose("as", "nobody")
    person.press("Send")


FULL: Pages = {
    "home": _go("/home"),
    "talk": _go("/talk"),
    "topic": lambda person: person.open_talk(_title("topic")),
    "chat": lambda person: person.open_talk(_title("room")),
    "about-chat": lambda person: person.press("About this chat"),
    "end-chat": lambda person: person.press("End this chat"),
    "new-topic": _go("/new/topic"),
    "topic-unnamed": _unnamed,
    "topics-mine": _go("/talk/mine"),
    "help": _go("/help"),
    "offers": _go("/help?show=offers"),
    "check": _check,
    "photo-waiting": _show_photo,
    "mine": _confide,
    "confided": lambda person: person.open(_headline(person)),
    "queue": _queue,
    "queue-part": lambda person: person.go(f"{person.path}?part=new"),
    "plan": _plan,
    "pair": lambda person: person.press("A word to both"),
    "case": _case,
    "groups": _go("/groups"),
    "group": _from_group(),
    "figures": _from_group("/help/figures"),
    "fund": _from_group("/fund"),
    "care": _from_group("/care"),
    "people": lambda person: person.go(_link(person, "/people")),
    "weather": _from_group("/care", "/sky"),
    "fund-account": _from_group("/care", "/fund/book"),
    "fund-new": lambda person: person.press("Write something down"),
    "fund-entry": _entry,
    "fund-take": _from_group("/care", "/fund/book", "/fund/take"),
    "fund-settings": _from_group("/care", "/fund/book", "/fund/settings"),
    "unnamed": _from_group("/care", "/topics"),
    "invite": _from_group("/invite"),
    "slip": lambda person: person.press("New invitation"),
    "more": _go("/more"),
    "mykey": _go("/more/key"),
    "settings": _go("/more/settings"),
    "safety": _go("/more/safety"),
    "about": _go("/more/about"),
    "nothing": _go("/no/such/page"),
}
"""Of a steward in the demo."""
EMPTY: Pages = {
    "home": _go("/home"),
    "talk": _go("/talk"),
    "groups": _go("/groups"),
    "group": lambda person: person.open_group("قهوة العصر"),
    "care": lambda person: person.go(_link(person, "/care")),
    "week": lambda person: person.go(_link(person, "/week")),
    "week-write": lambda person: person.follow(person.one("main a.ask")),
    "paper": _go("/more/paper"),
    "chat": lambda person: person.open_room("قعدة المساء"),
}


def _choose_counter(person: Person) -> None:
    person.press("A place tonight")


def _hand_in(person: Person) -> None:
    person.type("text", NEED[person.lang])
    person.press("Hand it in")


def _look_for_answer(person: Person) -> None:
    code = " ".join(word.text for word in person.all("ol ol bdi"))
    person.press("I have noted them")
    person.press("I was here before")
    person.type("code", code)
    person.press("Look for the answer")


WINDOW: Pages = {
    "desk": lambda person: person.arrive("/desk"),
    "desk-write": _choose_counter,
    "desk-code": _hand_in,
    "desk-answer": _look_for_answer,
}
"""Of somebody without a key."""


def agree(asks: Person, helps: Person) -> None:
    """One asks on the board of the demo, the other helps; both stand in their follow-up then."""
    asks.go("/help")
    _check(asks)
    asks.press("Send")
    hub = asks.hub
    hub.run(hub.hub.services.later.flush(hub.hub.store, hub.hub.services.random))
    title = _headline(asks)
    helps.go("/help")
    helps.open(title)
    helps.press("I will help")
    helps.type("text", WORD[helps.lang])
    helps.press("Send")
    asks.go("/help/mine")
    asks.open(title)
    asks.press("I accept")
    helps.go("/help/mine")
    helps.open(title)
    helps.press("Yes, it begins")
    asks.go("/help/mine")
    asks.open(title)
    asks.press("Open it")


def _followup(person: Person) -> None:
    person.go("/help/mine")
    person.follow(person.one(FOLLOWUP))


def _thank(person: Person) -> None:
    person.open(person.word("Back to the follow-up"))
    person.press("Arrived")
    person.type("thanks", WORD[person.lang])
    person.press("Thank you")


HELPED: Pages = {
    "followup": _followup,
    "no-show": lambda person: person.open(person.word("Nobody came")),
    "thanks": _thank,
}
"""Of who asked, once two have agreed."""

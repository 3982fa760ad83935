"""Everywhere a person can go: every page of the hub, by its links and by the few buttons that lead further."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from jiwar.web.paths import PLACE
from jiwar.web.routes import ALL
from tests.browser.people import Person
from tests.promises.walking import PICTURES

Look = Callable[[str], None]
"""Called with the name of the page that is on the screen."""
NO_PAGES = {"room_live", "script", "browser_script", "browser_worker", "favicon", "components", *PICTURES}
"""What answers GET with no page that people are led to."""
_OFTEN = {"person": 100}
"""Pages that differ from one to the next: mine, a steward's, anybody's. Only some of them lead on to the care's."""
PAGES = {at.name for at in ALL if at.get} - NO_PAGES
_PATTERNS = [(at.name, re.compile(PLACE.sub("[^/]+", at.path))) for at in ALL]


def page_of(path: str) -> str:
    """The name of the page at a path. A path without places goes before one with."""
    found = [(pattern.pattern.count("[^/]+"), name) for name, pattern in _PATTERNS if pattern.fullmatch(path)]
    return min(found)[1] if found else ""


def watch(person: Person, look: Look) -> None:
    """Look at every screen that this person comes to."""
    person.on_screen = lambda: look(page_of(person.path))


def walk(person: Person, start: str = "/home", each: int = 1) -> None:
    """Follow links from there, until every page that links lead to was opened `each` times or has no more links."""
    opened: Counter[str] = Counter()
    tried: set[str] = set()
    waiting = [start]
    while waiting:
        link = waiting.pop(0)
        name = page_of(urlsplit(link).path)
        if link in tried or name not in PAGES or opened[name] >= _OFTEN.get(name, each):
            continue
        tried.add(link)
        opened[name] += 1
        person.go(link)
        waiting += _links(person)


def _links(person: Person) -> list[str]:
    found = person.driver.execute_script(
        "return Array.from(document.querySelectorAll('main a[href], nav a[href]'), (one) => one.getAttribute('href'))"
    )
    return [urljoin(person.path, link) for link in found if not link.startswith("#")]


def draw_attention(person: Person, group: str) -> None:
    """A word to the care team about the first of it, so that the pages about such words have one."""
    person.open_group(group)
    person.follow(person.one('main a[href^="/person/"]'))
    person.open(person.word("Draw attention"))
    person.choose("reason", "other")
    person.press("Send")


def enter(person: Person, newcomer: Person) -> None:
    """The ways in, with what goes wrong in them: founding, joining, a wrong key, an address that is nothing."""
    person.go("/no/such/page")
    person.arrive("/")
    person.type("key", "0" * 30)
    person.press("Come in")
    slips = person.found(person.hub.founding_link(), "قهوة العصر", "نحكي ونطبخ ونضحك.", "نخلة")
    newcomer.arrive(slips[0].link)
    newcomer.type("words", "لا شيء")
    newcomer.press("Continue")
    newcomer.join(slips[0], "زيتونة")


def talk(person: Person) -> None:
    """Pages that only buttons lead to: what is written wrong, one post, one message, an invitation's slip."""
    person.press("Talk")
    person.press("New", "begin")
    person.press("Send")
    person.start_topic("قائمة الأربعاء", "من يجلب **ماذا**؟\n\n- خبز\n- ملح")
    person.reply("أنا أجلب الملح.")
    person.more_about("أنا أجلب الملح.")
    person.open_room("قعدة المساء")
    person.say("مساء الخير")
    person.more_about("مساء الخير")
    person.invite("قهوة العصر")


def second(person: Person) -> None:
    """A second notebook, up to the key that it would have."""
    person.press("More")
    person.open(person.word("My key"))
    person.open(person.word("A second notebook"))
    person.press("To its key")

"""The main job from the first link to goodbye: two people, two browsers, every pair of language, script and width."""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.keyring import phrase
from tests.browser.conftest import OpenBrowser, pairwise
from tests.browser.measured import Measured
from tests.browser.people import LANGUAGES, Slip
from tests.browser.serving import Served

WITH_THE_TEAM = (
    "It is with the care team: they read it when they come by. Whoever it is about doesn't learn who wrote. "
    "Until then, muting or blocking helps at once."
)
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True)
class Words:
    """What is written in the story, in one language."""

    group: str
    about: str
    founder: str
    guest: str
    title: str
    text: str
    note: str
    answer: str
    anew: str
    room: str
    brief: str
    call: str
    echo: str


SAID = {
    "ar": Words(
        group="قهوة العصر",
        about="نلتقي على فنجان، ونتبادل ما يفيد.",
        founder="نخلة",
        guest="زيتونة",
        title="أسهل خبز بلا فرن؟",
        text="عندي مقلاة وطحين، **ولا فرن**. ما الطريقة؟",
        note="طعام",
        answer="خبز الصاج: عجين رقيق ونار هادئة.",
        anew="خبز الصاج: عجين رقيق، ومقلاة ساخنة جداً.",
        room="دردشة المطبخ",
        brief="شاي سريع",
        call="مساء الخير، العجين جاهز",
        echo="والشاي على النار",
    ),
    "en": Words(
        group="Afternoon coffee",
        about="A cup together, and what we know.",
        founder="Heron",
        guest="Sparrow",
        title="Bread without an oven?",
        text="I have a pan and flour, **no oven**. How is it done?",
        note="food",
        answer="Flat bread: thin dough, low flame.",
        anew="Flat bread: thin dough, and a very hot pan.",
        room="Kitchen chat",
        brief="Quick tea",
        call="Good evening, the dough is ready",
        echo="and the tea is on",
    ),
    "fr": Words(
        group="Café de l’après-midi",
        about="Une tasse ensemble, et ce que nous savons.",
        founder="Héron",
        guest="Moineau",
        title="Du pain sans four ?",
        text="J’ai une poêle et de la farine, **pas de four**. Comment faire ?",
        note="cuisine",
        answer="Du pain plat : pâte fine, feu doux.",
        anew="Du pain plat : pâte fine, et une poêle très chaude.",
        room="Discussion de cuisine",
        brief="Thé rapide",
        call="Bonsoir, la pâte est prête",
        echo="et le thé est sur le feu",
    ),
}


@dataclass
class Story:
    """Two people, and where they are in it."""

    founder: Measured
    guest: Measured
    said: Words

    @property
    def lang(self) -> str:
        return self.founder.lang


@pairwise
def test_the_whole_story(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    founder, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    story = Story(founder, guest, SAID[lang])
    slip = found(story)
    join(story, slip)
    talk(story)
    chat(story)
    end_a_chat(story)
    come_back(story)
    change_settings(story)
    draw_attention(story)
    remove(story)
    leave(story)


def found(story: Story) -> Slip:
    """Six screens, and home; the sixth gives the first two invitations."""
    who, said = story.founder, story.said
    with who.way() as way:
        slips = who.found(who.hub.founding_link(), said.group, said.about, said.founder)
    assert len(way.screens) == 6 + 1, way.screens
    assert way.taps <= 9, "language, card, five times on, two invitations, in"
    assert who.path == "/home"
    assert who.sees(said.group)
    assert len(slips) == 2
    assert all(len(slip.words.split()) == 2 for slip in slips)
    return slips[0]


def join(story: Story, slip: Slip) -> None:
    """Five screens, and home; what is typed is two words and a name."""
    who, said = story.guest, story.said
    with who.way() as way:
        who.join(slip, said.guest)
    assert len(way.screens) == 5 + 1, way.screens
    assert way.typed <= 40
    assert way.taps <= 6, "language, on, on, I agree, on, the key"
    assert who.path == "/home"
    assert who.sees(said.group)


def talk(story: Story) -> None:
    """A topic with a note before it; an answer that quotes, a word of thanks, a new wording."""
    founder, guest, said = story.founder, story.guest, story.said
    founder.start_topic(said.title, said.text, said.note)
    guest.open_talk(said.title)
    assert not guest.one("article .prose").is_displayed()
    guest.tap(guest.one("article details summary"))
    assert guest.one("article .prose strong").is_displayed()

    guest.do(guest.named("With you"))
    assert guest.until_one("article button[aria-pressed=true] b").text in ("1", "١")
    guest.do(guest.named("Reply"))
    guest.until_one("form#say blockquote")
    guest.reply(said.answer)
    assert guest.all("article")[1].find_element("css selector", "blockquote").is_displayed()

    guest.tap(guest.all("article")[1].find_element("css selector", ".acts-d summary"))
    guest.press("More about this")
    guest.type("text", said.anew)
    guest.press("Save")
    assert guest.sees(said.anew)
    assert not guest.sees(said.answer)

    founder.press("Home")
    assert founder.sees(said.title), "an answer waits at home"
    founder.open(said.title)
    assert founder.sees(said.anew)
    assert founder.sees(founder.word("worded anew"))
    assert founder.one("article button[aria-pressed=false] b").text in ("1", "١")


def chat(story: Story) -> None:
    """Each sees the other's words: with JavaScript by themselves, without by the refresh link."""
    founder, guest, said = story.founder, story.guest, story.said
    founder.open_room(said.room)
    guest.open_talk(said.room)
    founder.say(said.call)
    guest.await_text(said.call)
    guest.say(said.echo)
    founder.await_text(said.echo)
    assert [one.text for one in founder.all("#said [id] .bub > div[dir]")] == [said.call, said.echo]


def end_a_chat(story: Story) -> None:
    """One gives it another name and ends it; the other sees both, and keeps what they were writing."""
    founder, guest, said = story.founder, story.guest, story.said
    room = guest.path
    founder.open_room(said.brief)
    guest.open_talk(said.brief)
    founder.press("About this chat")
    founder.type("name", said.anew)
    founder.press("Save")
    assert founder.sees(said.anew)
    guest.await_text(said.anew)
    guest.type("text", said.echo)
    founder.press("About this chat")
    founder.press("End this chat")
    founder.press("End the chat")
    assert founder.path.startswith("/talk")
    assert not founder.sees(said.anew)
    guest.press("Send")
    assert guest.sees(guest.word("This chat was ended."))
    assert guest.one("textarea").get_attribute("value") == said.echo
    guest.go(room)


def come_back(story: Story) -> None:
    """One screen: nine words, or thirty digits in either script."""
    who, lang = story.guest, story.lang
    words = " ".join(phrase.to_words(int(who.key), lang))
    digits = " ".join(who.key[at : at + 5] for at in range(0, 30, 5)).translate(ARABIC_DIGITS)
    for key in (words, digits):
        room = who.path
        who.close()
        assert who.path == "/"
        who.go(room)
        assert who.path == "/", "what was open is closed"
        with who.way() as way:
            who.sign_in(key)
        assert way.screens in (["/", "/home"], ["/home"])
        assert who.sees(story.said.group)


def change_settings(story: Story) -> None:
    """The other language, and back: the page turns round, and so do its digits."""
    who, other = story.guest, {"ar": "fr", "en": "ar", "fr": "en"}
    for lang in (other[story.lang], story.lang):
        who.press("More")
        who.open(who.word("Settings"))
        who.choose("language", lang)
        who.choose("text", "large" if lang != story.lang else "normal")
        who.press("Save")
        who.lang = lang
        page = who.one("html")
        assert page.get_attribute("lang") == lang
        assert page.get_attribute("dir") == LANGUAGES[lang].dir
        assert ("large" in str(page.get_attribute("class")).split()) == (lang != story.lang)
        assert who.sees(who.word("Saved."))


def draw_attention(story: Story) -> None:
    """A word to the care team about a post; the team reads it and is done with it."""
    founder, guest, said = story.founder, story.guest, story.said
    guest.open_talk(said.title)
    guest.tap(guest.one("article .acts-d summary"))
    guest.press("More about this")
    guest.open(guest.word("Draw attention"))
    guest.choose("reason", "reveals")
    guest.type("more", said.note)
    guest.press("Send")
    assert guest.sees(guest.word(WITH_THE_TEAM))

    founder.open_group(said.group)
    founder.press("Read")
    assert founder.sees(said.guest)
    assert founder.sees(founder.word("It gives away who somebody is, or where"))
    founder.press("To be done with it")
    assert founder.sees(said.note)
    founder.press("Done")
    assert founder.sees(founder.word("Nothing is waiting."))


def remove(story: Story) -> None:
    """Who was removed can't open the group any more, by no way they know; the others go on."""
    founder, guest, said = story.founder, story.guest, story.said
    guest.open_talk(said.title)
    topic = guest.path
    founder.open_group(said.group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("People"))
    founder.open(said.guest)
    founder.open(founder.word("Remove from the group"))
    founder.press("Remove")
    assert not founder.sees(said.guest)
    founder.open_talk(said.title)
    founder.reply(said.echo)

    guest.go(topic)
    assert not guest.sees(said.echo)
    assert not guest.sees(said.title)
    guest.press("Talk")
    assert guest.sees(guest.word("No group yet. The first one can be small."))
    guest.press("More")
    guest.open(guest.word("Groups"))
    assert guest.sees(guest.word("It no longer opens with this key."))
    guest.press("Take off the list")
    assert guest.sees(guest.word("No group yet. The first one can be small."))


def leave(story: Story) -> None:
    """With a new invitation and a new name they come again, by the key they have; and go when they like."""
    founder, guest, said = story.founder, story.guest, story.said
    slip = founder.invite(said.group)
    guest.go(slip.link)
    guest.type("words", slip.words)
    guest.press("Continue")
    guest.press("I agree")
    guest.type("own", said.guest + "٢")
    guest.press("Come in")
    assert guest.path == "/home"
    assert guest.sees(said.group)
    guest.open_group(said.group)
    guest.press("Leave the group")
    guest.press("Leave")
    assert guest.path == "/groups"
    assert not guest.sees(said.group)
    for who in (guest, founder):
        who.close()
        assert who.path == "/"
        assert not who.driver.get_cookies()

"""Settings: how pages look for one member. They stand in the keyring and nowhere else."""

from msgspec.structs import replace
from starlette.responses import Response

from jiwar.i18n import LANGUAGES, REGIONS
from jiwar.keyring.model import Settings
from jiwar.web.app import At
from jiwar.web.limits import WRITE
from jiwar.web.visit import Visit

DIGITS = ("usual", "arabic", "latin")
MONTHS = ("usual", "gregorian", "levant", "maghreb")
THEMES = ("auto", "light", "dark")
SIZES = ("normal", "large", "larger")
DATA = ("usual", "little")


async def show(visit: Visit) -> Response:
    return visit.page("settings/settings.html", tab="more", chosen=visit.member.settings, languages=LANGUAGES)


async def save(visit: Visit) -> Response:
    form, member = visit.form, visit.member
    visit.limit(WRITE)
    wanted = Settings(
        language=form.choice("language", tuple(LANGUAGES)),
        region=form.choice("region", tuple(REGIONS)),
        digits=form.choice("digits", DIGITS),
        months=form.choice("months", MONTHS),
        theme=form.choice("theme", THEMES),
        text=form.choice("text", SIZES),
        sparing=form.choice("data", DATA) == "little",
    )
    if wanted != member.settings:
        await member.update(lambda ring: replace(ring, settings=wanted))
    visit.tell("Saved.")
    return visit.go("settings")


ROUTES = (At("settings", "/more/settings", show, save),)

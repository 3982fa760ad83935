"""What each error code says to its reader, and the status it answers with. The only table of its kind."""

from __future__ import annotations

from jiwar.errors import JiwarError
from jiwar.i18n import Digits, Language


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


MESSAGES: dict[str, tuple[int, str]] = {
    "input.not_canonical": (400, _("This page sent something that can't be read. Nothing was changed.")),
    "input.not_shown": (404, _("This page is no longer here. Perhaps its time was up.")),
    "input.text_missing": (400, _("There is nothing written here yet.")),
    "input.text_too_long": (400, _("This is longer than %(limit)s characters.")),
    "input.bad_choice": (400, _("This choice doesn't exist. Nothing was changed.")),
    "input.bad_amount": (400, _("A whole number, please, up to %(most)s.")),
    "input.bad_form_token": (400, _("This page was open for too long. Nothing was changed; once more, please.")),
    "phrase.length": (400, _("%(found)s were written; the key has %(wanted)s.")),
    "phrase.unknown_word": (400, _("Word %(position)s is not on the list. Perhaps “%(suggestion)s”?")),
    "phrase.mistyped": (400, _("One word or digit is not right. Nothing was tried; another look helps.")),
    "phrase.unknown": (400, _("This key opens nothing here.")),
    "pin.shape": (400, _("Six digits, please, and not the first that come to mind.")),
    "pin.taken": (400, _("The two numbers have to differ.")),
    "pin.wrong": (400, _("This is not the number. Tries left: %(left)s.")),
    "pin.forgotten": (400, _("This phone is no longer remembered. The key opens as before.")),
    "input.file_missing": (400, _("No file was chosen.")),
    "input.photo_gone": (400, _("The photo is no longer here. It can be added again, or the text goes without it.")),
    "input.no_photo_there": (400, _("A photo can't go to the dispatchers alone. Without it the text can.")),
    "input.bad_picture": (400, _("This file is no photo that can be taken, or it is too large.")),
    "sheet.unreadable": (400, _("This file is no table that can be read here. The kinds stand below.")),
    "sheet.locked": (400, _("This file is under a password. Saving it without one helps.")),
    "sheet.unsafe": (400, _("This file holds more than a table. Saving the table as plain text helps.")),
    "sheet.too_large": (400, _("This file is too large, or one of its cells is.")),
    "sheet.too_long": (400, _("The table has more than %(most)s rows. In two parts it fits.")),
    "sheet.too_wide": (400, _("The table has more than %(most)s columns.")),
    "sheet.empty": (400, _("There is no row under the first one.")),
    "rule.not_allowed": (403, _("The rules of the group don't allow this now.")),
    "rule.name_taken": (409, _("Somebody in the group has this name already.")),
    "rule.invite_spent": (410, _("This invitation no longer opens anything. A new one from the same person helps.")),
    "rule.wrong_words": (400, _("These are not the two words. Tries left: %(left)s.")),
    "rule.last_steward": (409, _("Somebody else has to join the care team first.")),
    "rule.stewards_first": (409, _("Two more in the care team first, then further invitations.")),
    "rule.names_only": (409, _("In this group topics stand under a name. The words are still here.")),
    "rule.nobody_answers": (
        409,
        _("This needs two others in the care team, who can open together who wrote it. They aren't there yet."),
    ),
    "rule.keyring_full": (409, _("There is no room for another group. Leaving one makes room.")),
    "rule.full": (409, _("There is no room for one more. When another goes, its place is free.")),
    "rule.before_my_time": (
        403,
        _(
            "The account was begun before these keys came. It goes on here as soon as somebody comes by who has been "
            "in the care team for longer; until then nothing can be written down."
        ),
    ),
    "rule.photos_full": (503, _("There is no place for a photo at the moment. Without one it works now.")),
    "rule.lock_rests": (409, _("Nothing has changed. Perhaps it was taken back, or somebody else was here first.")),
    "rule.own_rooms_full": (
        409,
        _("I have opened %(most)s chats here, which is as many as one may. Ending one makes room."),
    ),
    "rule.cases_full": (
        409,
        _("%(most)s follow-ups are open, which is as many as one may have. Ending one makes room."),
    ),
    "rule.too_much": (429, _("That was quick. A short pause, then again.")),
    "there.nothing": (404, _("This page is no longer here. Perhaps its time was up.")),
    "there.room_closed": (410, _("This chat was ended.")),
    "session.over": (401, _("The page had rested too long, and closed.")),
    "epoch.changed": (409, _("The keys of the group have just changed. Once more, please.")),
    "epoch.removed": (404, _("This group can't be opened with this key any more.")),
    "store.conflict": (409, _("Somebody else wrote at the same moment. Once more, please.")),
    "hub.busy": (503, _("Many are coming in right now. In a minute it works again.")),
    "damaged.unopenable": (500, _("This can't be opened any more.")),
    "damaged.signature": (
        500,
        _("This doesn't fit together: somebody may have changed it. The care team should know."),
    ),
    "damaged.proof": (500, _("What is stored here is not what was here before. The care team should know.")),
    "damaged.store": (500, _("The storage of this site is damaged. Nothing was changed.")),
}

_COUNTED = frozenset({"limit", "found", "wanted", "position", "left", "most"})


def sentence(error: JiwarError, language: Language, digits: Digits = "arabic") -> str:
    """The error in the reader's language."""
    fields = {
        name: language.number(value, digits) if name in _COUNTED and isinstance(value, int) else value
        for name, value in error.fields.items()
    }
    return language.gettext(MESSAGES[error.code][1]) % fields


def status(error: JiwarError) -> int:
    return MESSAGES[error.code][0]

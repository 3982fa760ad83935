"""Every error that Jiwar raises on purpose: one tree, stable codes, typed fields, no prose.

    JiwarError
    ├── BadInput                  something sent by a person or a peer can't be used
    │   ├── NotCanonical          input.not_canonical
    │   │   └── NotShown          input.not_shown          read whole, and not to be shown to anybody
    │   ├── TextMissing           input.text_missing
    │   ├── TextTooLong           input.text_too_long      (limit, in characters)
    │   ├── BadChoice             input.bad_choice
    │   ├── BadAmount             input.bad_amount         (most) no whole number above nothing, or too large
    │   ├── BadFormToken          input.bad_form_token
    │   ├── PhraseLength          phrase.length            (found, wanted)
    │   ├── UnknownWord           phrase.unknown_word      (position, suggestion)
    │   ├── PhraseMistyped        phrase.mistyped
    │   ├── PhraseUnknown         phrase.unknown
    │   ├── PinShape              pin.shape                not six digits, or the first that anybody would try
    │   ├── PinTaken              pin.taken                both numbers of a phone are the same
    │   ├── PinWrong              pin.wrong                (left)
    │   ├── PhoneForgotten        pin.forgotten            too many wrong numbers, too long ago, or ended elsewhere
    │   ├── BadPicture            input.bad_picture        no photo that can be taken
    │   ├── FileMissing           input.file_missing       none was chosen
    │   ├── PhotoGone             input.photo_gone         it waited, and waits no longer
    │   ├── NoPhotoThere          input.no_photo_there     who is to read it can be sent none
    │   ├── SheetUnreadable       sheet.unreadable         no table, or of a kind that isn't read
    │   ├── SheetLocked           sheet.locked             under a password
    │   ├── SheetUnsafe           sheet.unsafe             holds what no table needs: made to do harm
    │   ├── SheetTooLarge         sheet.too_large
    │   ├── SheetTooLong          sheet.too_long           (most, in rows)
    │   ├── SheetTooWide          sheet.too_wide           (most, in columns)
    │   └── SheetEmpty            sheet.empty
    ├── Refused                   understood, and not allowed by a rule
    │   ├── NotAllowed            rule.not_allowed
    │   ├── NameTaken             rule.name_taken
    │   ├── InviteSpent           rule.invite_spent
    │   ├── WrongWords            rule.wrong_words
    │   ├── LastSteward           rule.last_steward
    │   ├── StewardsFirst         rule.stewards_first
    │   ├── NobodyAnswers         rule.nobody_answers      too few others in the care team to answer for it
    │   ├── NamesOnly             rule.names_only          everything here stands under a name
    │   ├── KeyringFull           rule.keyring_full
    │   ├── Full                  rule.full                as many as there may be
    │   ├── BeforeMyTime          rule.before_my_time      begun under keys that I never had; others can read it
    │   ├── PhotosFull            rule.photos_full         no place for one more photo now
    │   ├── LockRests             rule.lock_rests          taken back, spent, or another closed a moment ago
    │   ├── OwnRoomsFull          rule.own_rooms_full      (most)
    │   ├── CasesFull             rule.cases_full          (most)
    │   └── TooMuch               rule.too_much
    ├── NotThere                  there.nothing            what isn't there, and what isn't yours, alike (P12)
    │   └── RoomClosed            there.room_closed        to who is in its circle, as long as anything is left of it
    ├── SignedOut                 session.over
    ├── KeysChanged               epoch.changed            an old token was shown; the transfer cell may be read
    ├── Removed                   epoch.removed            no transfer slot opens: this persona is out
    ├── Conflict                  store.conflict           somebody else wrote first; read again
    ├── Busy                      hub.busy                 a bounded queue is full
    └── Damaged                   what is stored can't be trusted
        ├── Unopenable            damaged.unopenable       one error for every failure to open a seal
        ├── BadSignature          damaged.signature
        ├── BadProof              damaged.proof
        └── StoreDamaged          damaged.store            a file is torn, foreign or restored

Words for people are made at the edge (`web.errors`), by code. Mistakes of the programmer are built-in exceptions.
"""

from __future__ import annotations

from typing import ClassVar


class JiwarError(Exception):
    """Root of the tree. `code` is stable; `fields` hold what the edge needs for its sentence."""

    code: ClassVar[str] = ""

    def __init__(self, **fields: int | str) -> None:
        super().__init__(self.code)
        self.fields = fields


class BadInput(JiwarError):
    """Something sent by a person or a peer can't be used; nothing was changed."""


class NotCanonical(BadInput):
    code = "input.not_canonical"


class NotShown(NotCanonical):
    code = "input.not_shown"


class TextMissing(BadInput):
    code = "input.text_missing"


class TextTooLong(BadInput):
    code = "input.text_too_long"


class BadChoice(BadInput):
    code = "input.bad_choice"


class BadAmount(BadInput):
    code = "input.bad_amount"


class BadPicture(BadInput):
    code = "input.bad_picture"


class FileMissing(BadInput):
    code = "input.file_missing"


class PhotoGone(BadInput):
    code = "input.photo_gone"


class NoPhotoThere(BadInput):
    code = "input.no_photo_there"


class BadFormToken(BadInput):
    code = "input.bad_form_token"


class PhraseLength(BadInput):
    code = "phrase.length"


class UnknownWord(BadInput):
    code = "phrase.unknown_word"


class PhraseMistyped(BadInput):
    code = "phrase.mistyped"


class PhraseUnknown(BadInput):
    code = "phrase.unknown"


class PinShape(BadInput):
    code = "pin.shape"


class PinTaken(BadInput):
    code = "pin.taken"


class PinWrong(BadInput):
    code = "pin.wrong"


class PhoneForgotten(BadInput):
    code = "pin.forgotten"


class SheetUnreadable(BadInput):
    code = "sheet.unreadable"


class SheetLocked(BadInput):
    code = "sheet.locked"


class SheetUnsafe(BadInput):
    code = "sheet.unsafe"


class SheetTooLarge(BadInput):
    code = "sheet.too_large"


class SheetTooLong(BadInput):
    code = "sheet.too_long"


class SheetTooWide(BadInput):
    code = "sheet.too_wide"


class SheetEmpty(BadInput):
    code = "sheet.empty"


class Refused(JiwarError):
    """Understood, and not allowed by a rule; nothing was changed."""


class NotAllowed(Refused):
    code = "rule.not_allowed"


class NameTaken(Refused):
    code = "rule.name_taken"


class InviteSpent(Refused):
    code = "rule.invite_spent"


class WrongWords(Refused):
    code = "rule.wrong_words"


class LastSteward(Refused):
    code = "rule.last_steward"


class StewardsFirst(Refused):
    code = "rule.stewards_first"


class NobodyAnswers(Refused):
    code = "rule.nobody_answers"


class NamesOnly(Refused):
    code = "rule.names_only"


class KeyringFull(Refused):
    code = "rule.keyring_full"


class Full(Refused):
    code = "rule.full"


class BeforeMyTime(Refused):
    code = "rule.before_my_time"


class PhotosFull(Refused):
    code = "rule.photos_full"


class LockRests(Refused):
    code = "rule.lock_rests"


class OwnRoomsFull(Refused):
    code = "rule.own_rooms_full"


class CasesFull(Refused):
    code = "rule.cases_full"


class TooMuch(Refused):
    code = "rule.too_much"


class NotThere(JiwarError):
    code = "there.nothing"


class RoomClosed(NotThere):
    code = "there.room_closed"


class SignedOut(JiwarError):
    code = "session.over"


class KeysChanged(JiwarError):
    code = "epoch.changed"


class Removed(JiwarError):
    code = "epoch.removed"


class Conflict(JiwarError):
    code = "store.conflict"


class Busy(JiwarError):
    code = "hub.busy"


class Damaged(JiwarError):
    """What is stored, or was handed over, can't be trusted."""


class Unopenable(Damaged):
    code = "damaged.unopenable"


class BadSignature(Damaged):
    code = "damaged.signature"


class BadProof(Damaged):
    code = "damaged.proof"


class StoreDamaged(Damaged):
    code = "damaged.store"

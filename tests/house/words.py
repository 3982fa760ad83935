"""Words that no screen, title or file name of the program may hold: product rules, kept as data.

*Headline* words are those of police reports and newspapers; *telling* words say over a shoulder whom this is
for. People may write both; the program itself says neither. Matching folds vowel marks, letter variants and
the small words that Arabic writes together with the next one, and the accents of French.
"""

import re
import unicodedata

HEADLINE = ["شبكة", "تنظيم", "خلية", "الجماعة", "حفلة", "بلاغ", "رصد", "مداهمة", "سري", "سرية", "هوية"]
TELLING = [
    *("مثلي", "مثلية", "مثليين", "مثليون", "مثليات", "كوير", "كويري", "ميم عين", "عابر جنسيا", "عابرة جنسيا"),
    *("متحول", "متحولة", "متحولين", "ثنائي الميل", "ثنائية الميل", "شاذ", "شواذ", "لوطي", "مخنث", "سحاقية"),
]
TELLING_LATIN = r"\b(queers?|gays?|lesbians?|bisexuals?|trans(gender|sexual)?s?|lgbt\w*|homosexuals?|pride)\b"
HEADLINE_FRENCH = (
    r"\b(reseaux?|cellules?|clandestin\w*|perquisitions?|descentes?|rafles?|signalements?|filatures?"
    r"|denonciations?|identites?|complots?)\b"
)
TELLING_FRENCH = (
    r"\b(homos?|homosexuel\w*|lesbien\w*|gouines?|pedes?|tapettes?|tantouzes?|bisexuel\w*|transgenres?|transsexuel\w*"
    r"|transidentit\w*|travestis?|non[- ]binaires?|intersexes?|fiertes?|arc[- ]en[- ]ciel)\b"
)
EVERYDAY = ["الرقم السري"]

_MARKS = re.compile("[\u064b-\u0652\u0670\u0640]")
_VARIANTS = str.maketrans("أإآةى", "اااهي")
_JOINED = "(?:و|ف)?(?:ب|ك|ل)?(?:ال|لل)?"
_ARABIC_LETTER = "[\u0621-\u064a]"


def fold(text: str) -> str:
    """Return the text as it is compared: no vowel marks, one form of each letter, lower case."""
    return _MARKS.sub("", text).translate(_VARIANTS).lower()


def _any_of(words: list[str]) -> re.Pattern[str]:
    alternatives = "|".join(re.escape(fold(word)) for word in words)
    return re.compile(f"(?<!{_ARABIC_LETTER}){_JOINED}(?:{alternatives})(?!{_ARABIC_LETTER})")


_HEADLINE = _any_of(HEADLINE)
_TELLING = _any_of(TELLING)
_EVERYDAY = _any_of(EVERYDAY)


def forbidden_in(text: str) -> list[str]:
    """Return the headline and telling words of the text, as they stand there."""
    folded = _EVERYDAY.sub("", fold(text))
    found = [match.group() for words in (_HEADLINE, _TELLING) for match in words.finditer(folded)]
    bare = "".join(letter for letter in unicodedata.normalize("NFD", folded) if not unicodedata.combining(letter))
    latin = (TELLING_LATIN, HEADLINE_FRENCH, TELLING_FRENCH)
    return found + [match.group() for words in latin for match in re.finditer(words, bare)]

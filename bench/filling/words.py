"""Texts of a made-up community, half in Arabic: seeded, so that every run seals the same lengths."""

from __future__ import annotations

from random import Random

_ARABIC = (
    "قهوة شاي خبز زعتر بيت باب شباك حديقة شجرة نخلة تين زيتون ليمون نعناع كتاب ورقة قلم رسالة طريق جسر بحر نهر مطر "
    "غيم شمس قمر نجمة صباح مساء ليلة أسبوع شهر سنة موعد سؤال جواب فكرة حكاية أغنية صورة مطبخ صحن ملعقة طنجرة عدس رز "
    "بصل ثوم فلفل طماطم خيار جبنة بيض عسل تمر جوز لوز سوق دكان محطة قطار باص دراجة مفتاح مظلة معطف وشاح حقيبة مصباح "
    "شكرا أهلا معا اليوم غدا أمس هنا هناك قريب بعيد كبير صغير جديد قديم جميل هادئ سهل صعب كثير قليل أحيانا دائما"
).split()
_ENGLISH = (
    "coffee tea bread thyme house door window garden tree palm fig olive lemon mint book paper pencil letter road "
    "bridge sea river rain cloud sun moon star morning evening night week month year question answer idea story song "
    "picture kitchen plate spoon pot lentils rice onion garlic pepper tomato cheese honey date walnut almond market "
    "shop station train bus bicycle key umbrella coat scarf bag lamp thanks hello together today tomorrow yesterday "
    "here there near far large small new old lovely quiet easy hard many few sometimes always"
).split()
_SHAPES = ("{}", "{}", "{}", "**{}**", "*{}*", "> {}\n\n", "\n\n- {}\n- ", "\n\n{}")


class Words:
    """A source of texts. The same seed gives the same texts."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 # Made-up texts, nothing secret.

    def phrase(self, least: int, most: int) -> str:
        """Some words in one language."""
        source = self.random.choice((_ARABIC, _ENGLISH))
        return " ".join(self.random.choices(source, k=self.random.randint(least, most)))

    def title(self) -> str:
        return self.phrase(3, 7)

    def post(self) -> str:
        """About two hundred characters, with some Markdown in one post of two."""
        pieces = [self.phrase(6, 16) for _ in range(self.random.randint(2, 4))]
        if self.random.random() < 0.5:
            at = self.random.randrange(len(pieces))
            pieces[at] = self.random.choice(_SHAPES).format(pieces[at])
        return ". ".join(pieces)

    def message(self) -> str:
        return self.phrase(3, 18)

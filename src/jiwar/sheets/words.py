"""Words by which tables of needs say what stands in a column and in a cell. All compared folded.

Does not know the codes' names for people: those are the web's.
"""

from __future__ import annotations

from itertools import pairwise

from jiwar.keyring.wordlist import fold

_MONTHS = (
    "january janvier يناير جانفي,كانون الثاني,jan",
    "february février فبراير شباط فيفري feb",
    "march mars مارس آذار mar",
    "april avril أبريل إبريل نيسان أفريل apr",
    "may mai مايو أيار ماي",
    "june juin يونيو حزيران جوان jun",
    "july juillet يوليو تموز جويلية يوليوز jul",
    "august août أغسطس آب أوت غشت aug",
    "september septembre سبتمبر أيلول شتنبر sep",
    "october octobre أكتوبر,تشرين الأول,oct",
    "november novembre نوفمبر نونبر,تشرين الثاني,nov",
    "december décembre ديسمبر دجنبر,كانون الأول,dec",
)
"""Words apart by spaces, but for names of two words, which stand between commas."""
_HIJRI = (
    *("محرم,المحرم", "صفر", "ربيع الأول,ربيع أول", "ربيع الثاني,ربيع الآخر,ربيع ثاني"),
    *("جمادى الأولى,جمادى الأول", "جمادى الآخرة,جمادى الثانية,جمادى الثاني", "رجب", "شعبان", "رمضان", "شوال"),
    *("ذو القعدة,ذي القعدة", "ذو الحجة,ذي الحجة"),
)


def _words(line: str) -> list[str]:
    single, *pieces = line.split(",")
    return [*single.split(), *pieces]


MONTHS = {fold(word): at for at, line in enumerate(_MONTHS, 1) for word in _words(line)}
HIJRI_MONTHS = {fold(word): at for at, line in enumerate(_HIJRI, 1) for word in line.split(",")}
NEAR_DAYS = {
    **{fold(word): 0 for word in ("اليوم", "الليلة", "today", "tonight", "aujourd'hui")},
    **{fold(word): 1 for word in ("غدا", "غداً", "بكرة", "بكرا", "tomorrow", "demain")},
    **{fold(word): 2 for word in ("بعد غد", "بعد غدٍ", "بعد بكرة", "after tomorrow", "après-demain")},
}

TEXT, KIND, AREA, WHEN, DAY, MANY = "text", "kind", "area", "when", "day", "many"
LANGUAGES, CONDITIONS, PERSON, CONTACT = "languages", "conditions", "person", "contact"
FIELDS = (TEXT, KIND, AREA, WHEN, DAY, MANY, LANGUAGES, CONDITIONS)
"""What a column may become."""
PRIVATE = (PERSON, CONTACT)
"""What a column may be, and is left out for."""

_HEADERS = {
    CONTACT: (
        *(
            "هاتف",
            "موبايل",
            "جوال",
            "محمول",
            "تلفون",
            "واتس",
            "تليجرام",
            "تلغرام",
            "بريد",
            "ايميل",
            "تواصل",
            "رقم الهوية",
        ),
        *("رقم وطني", "عنوان", "فيسبوك", "انستغرام", "phone", "mobile", "tel", "telephone", "whatsapp", "telegram"),
        *("email", "mail", "contact", "address", "passport", "adresse", "courriel", "portable", "numero", "id"),
        *("جواز", "رقم", "سيجنال", "signal", "instagram", "facebook"),
    ),
    PERSON: (
        *("اسم", "اسماء", "كنية", "لقب", "عائلة", "اسم الام", "اسم الاب", "مستفيد", "مقدم", "صاحب", "صاحبة", "name"),
        *(
            "names",
            "surname",
            "nom",
            "prenom",
            "person",
            "who",
            "birth",
            "ميلاد",
            "عمر",
            "age",
            "nationality",
            "جنسية",
        ),
    ),
    WHEN: ("استعجال", "اولوية", "الحاح", "عاجل", "مستعجل", "urgency", "urgent", "priority", "urgence", "priorite"),
    DAY: (
        *("تاريخ", "موعد", "قبل", "حتى", "يوم", "مطلوب قبل", "date", "day", "needed by", "deadline", "by", "jour"),
        *("متى", "when"),
    ),
    MANY: (
        *("عدد", "اشخاص", "افراد", "كمية", "كم", "count", "people", "persons", "quantity", "number", "nombre"),
        "personnes",
    ),
    KIND: ("نوع", "فئة", "تصنيف", "قسم", "kind", "type", "category", "categorie", "genre"),
    AREA: (
        *("منطقة", "حي", "مدينة", "مكان", "محافظة", "ناحية", "بلدة", "area", "city", "town", "district", "place"),
        *("location", "quartier", "ville", "zone", "lieu", "region"),
    ),
    LANGUAGES: ("لغة", "لغات", "language", "languages", "langue", "langues"),
    CONDITIONS: ("شروط", "شرط", "ملاحظات", "ملاحظة", "conditions", "condition", "notes", "note", "remarques"),
    TEXT: (
        *("طلب", "حاجة", "احتياج", "احتياجات", "وصف", "تفاصيل", "عرض", "مطلوب", "شرح", "موضوع", "المساعدة", "need"),
        *("request", "description", "details", "text", "offer", "besoin", "demande", "offre", "what"),
    ),
}


def _bare(word: str) -> str:
    """A word without its article."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


HEADERS = {
    what: frozenset(" ".join(_bare(one) for one in fold(word).split()) for word in words)
    for what, words in _HEADERS.items()
}
"""By what a column is; those that are left out come first, so that who is named in a doubt is left out."""


def header_words(header: str) -> list[str]:
    """A header's words without articles, folded; and each two that stand side by side."""
    apart = "".join(letter if letter.isalnum() else " " for letter in fold(header))
    words = [_bare(word) for word in apart.split()]
    return [*(f"{one} {two}" for one, two in pairwise(words)), *words]


_WHEN = {
    "now": ("الان", "فورا", "فوري", "حالا", "عاجل", "عاجل جدا", "طارئ", "now", "urgent", "immediately", "critical"),
    "today": ("اليوم", "الليلة", "مرتفع", "مرتفعة", "عالية", "عالي", "مستعجل", "today", "tonight", "high", "haute"),
    "week": (
        "هذا الاسبوع",
        "خلال اسبوع",
        "متوسط",
        "متوسطة",
        "عادي",
        "عادية",
        "week",
        "this week",
        "medium",
        "normal",
    ),
    "easy": ("غير مستعجل", "غير عاجل", "منخفض", "منخفضة", "على مهل", "لاحقا", "low", "no hurry", "later", "basse"),
}
WHEN_WORDS = {fold(word): code for code, words in _WHEN.items() for word in words}
_KINDS = {
    "housing": ("سكن", "ايواء", "ماوى", "ايجار", "بيت", "housing", "shelter", "rent", "logement"),
    "thrown_out": ("مبيت الليلة", "طرد من البيت", "مبيت", "evicted", "thrown out", "a place tonight"),
    "transport": ("نقل", "مواصلات", "توصيل", "transport", "ride", "lift"),
    "medicine": ("دواء", "ادوية", "هرمونات", "علاج", "صحة", "طبي", "medicine", "medical", "hormones", "medicament"),
    "urgent_medicine": ("دواء عاجل", "دواء مستعجل", "urgent medicine", "medicine within three days"),
    "money": ("مال", "مالي", "نقود", "مبلغ", "سلفة", "money", "cash", "argent"),
    "food": ("طعام", "غذاء", "سلة غذائية", "اكل", "مواد غذائية", "food", "nourriture"),
    "company": ("رفقة", "مرافقة", "صحبة", "company", "accompany", "compagnie"),
    "legal": ("قانون", "قانوني", "محام", "محامي", "استشارة قانونية", "legal", "lawyer", "legal advice", "juridique"),
    "papers": ("اوراق", "وثائق", "معاملات", "papers", "documents", "papiers"),
    "technical": ("تقني", "تقنية", "حاسوب", "كمبيوتر", "technical", "computer", "technical help", "technique"),
    "translation": ("ترجمة", "translation", "interpreting", "traduction"),
    "care": ("رعاية", "عناية", "حضانة", "care", "childcare", "soin", "soins"),
    "blackmail": ("ابتزاز", "blackmail", "extortion", "chantage"),
}
KIND_WORDS = {fold(word): code for code, words in _KINDS.items() for word in words}
_GIVEN = (
    "محمد احمد محمود علي حسن حسين عمر خالد يوسف ابراهيم اسماعيل مصطفى عبدالله عبدالرحمن كريم سامي رامي فادي هادي "
    "طارق وليد ماهر زياد نبيل جمال كمال عماد سمير منير باسل انس بلال حمزة ليث مازن نزار هاني وائل ياسر فاطمة مريم "
    "زينب خديجة عائشة سارة ليلى نور هدى منى سلمى رنا ريم دينا هبة امل سعاد نادية سميرة لينا مايا رشا دعاء اسماء "
    "يسرى نجوى وفاء صفاء رغد شهد جنى جورج الياس ماري حنان عبير غادة سهى لمى "
    "mohamed mohammed muhammad ahmed ahmad mahmoud ali hassan hussein omar khaled youssef ibrahim karim sami rami "
    "tarek walid fatima mariam maryam zeinab khadija aisha sara sarah layla leila nour huda mona salma rana reem "
    "dina heba amal nadia samira lina maya rasha george elias marie hanan john anna peter michael david "
    "paul jean pierre"
)
GIVEN = frozenset(fold(word) for word in _GIVEN.split())
"""Given names that are common, by which a column of people is known."""

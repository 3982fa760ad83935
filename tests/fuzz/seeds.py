"""Where a search begins: what the vectors of the specification hold, and some texts of each kind that people send."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import inspect

from jiwar.keyring import phrase
from jiwar.keyring.wordlist import LANGUAGES
from jiwar.wire.canonical import encode
from tests.core.vectors import all_vectors
from tests.fuzz.sealed import structures

LONGEST = 4096
PLAIN: dict[type[inspect.Type], object] = {
    inspect.IntType: 1,
    inspect.StrType: "قعدة",
    inspect.BytesType: b"x",
    inspect.BoolType: True,
    inspect.FloatType: 0.5,
}
A_PHRASE = phrase.new_phrase(lambda size: bytes(range(size)))
TEXTS = (
    *(" ".join(phrase.to_words(A_PHRASE, language)) for language in LANGUAGES),
    phrase.to_digits(A_PHRASE),
    "# قعدة\n\n- **خبز** [رابط](https://example.org/a?b=c)\n\n> قال\n\n| a | b |\n|---|---|\n| ١ | ٢ |\n",
    "![p](https://example.org/p.png) <b>x</b> mailto:a@example.org ~~no~~ `code`",
    "token=00ff&text=%D9%82%D8%B9%D8%AF%D8%A9+1&keep=7&keep=30&empty=",
    "GET / HTTP/1.1\r\nHost: hub.test\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: hub.test\r\nContent-Length: 3\r\n\r\na=b",
    "POST / HTTP/1.1\r\nHost: hub.test\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
    "طلب,المنطقة\nخبز,المزة\n",
    'sep=;\na;b\n"c ""d""";٣/١٢/٢٠٢٦\n',
    "20 جمادى الآخرة 1448 هـ",
    "+963 944 123 456",
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row><row><c s="1"><v>46354</v></c></row>'
    '</sheetData><mergeCells><mergeCell ref="A1:A2"/></mergeCells></worksheet>',
    "<sst><si><t>x</t></si></sst>",
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="d/m/yy"/></numFmts><cellXfs><xf numFmtId="170"/>'
    "</cellXfs></styleSheet>",
    '<d xmlns:t="t"><t:table t:name="a"><t:table-row t:number-rows-repeated="2"><t:table-cell t:value-type="string">'
    "<p>x</p></t:table-cell></t:table-row></t:table></d>",
    "/in/abcdefghijklmnop?l=fr",
    "https://push.example/a-topic?up=1",
    "https://push.example/ring BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAi"
    "w4 BTBZMqHH6r4Tts7J_aSIgg DGv6ra1nlYgDCS1FRnbzlw",
    "someone@mail.example.org",
    "\5\2\1\0\5\0\0\1\0\0\0\0\0\0",
    "\5\0\5\0\0\3\4name\0\0",
)


def all_seeds() -> list[bytes]:
    """Every one once, in a fixed order."""
    texts = (text.encode() for text in TEXTS)
    return list(dict.fromkeys(one for one in (*_from_vectors(), *_one_of_each(), *texts, b"") if len(one) < LONGEST))


def _one_of_each() -> Iterator[bytes]:
    """A small sound example of each structure, alone and behind the byte that chooses it."""
    for number, kind in enumerate(structures()):
        raw = encode(_example(inspect.type_info(kind)))
        yield bytes([number]) + raw
        yield raw


def _example(kind: inspect.Type) -> object:
    if isinstance(kind, inspect.StructType):
        return [_example(field.type) for field in kind.fields]
    if isinstance(kind, inspect.TupleType):
        return [_example(item) for item in kind.item_types]
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        return [_example(kind.item_type)]
    if isinstance(kind, inspect.UnionType):
        return _example(kind.types[0])
    if isinstance(kind, inspect.LiteralType):
        return kind.values[0]
    return PLAIN[type(kind)]


def _from_vectors() -> Iterator[bytes]:
    for vector in all_vectors():
        yield vector.body
        for text in vector.fields.values():
            try:
                yield bytes.fromhex(text)
            except ValueError:
                yield text.encode()

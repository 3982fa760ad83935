"""Compare the sentences in code and templates with the catalogues, and add what is missing.

`python -m tools.messages` appends every sentence that a catalogue lacks, untranslated, and leaves the rest
of the file as its translators wrote it: no dates, no line numbers, no reordering, so a second run changes
nothing. Sentences that nothing uses any more are named, never removed. English has no catalogue: its words
are the sentences themselves.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import escape, read_po
from jinja2 import Environment, nodes

SOURCE = Path(__file__).parents[1] / "src" / "jiwar"
IN_CODE = {**DEFAULT_KEYWORDS, "_p": ((1, "c"), 2), "count": (2, 3), "say": None, "tell": None}
IN_TEMPLATES = {"_": ("text",), "_p": ("context", "text"), "count": ("", "text", "plural")}


@dataclass(frozen=True, order=True)
class Sentence:
    """One message: context and plural are empty when it has none."""

    text: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.text

    def as_entry(self, forms: int) -> str:
        """Write the sentence as an untranslated catalogue entry."""
        lines = [f"msgctxt {escape(self.context)}"] if self.context else []
        lines.append(f"msgid {escape(self.text)}")
        if self.plural:
            lines.append(f"msgid_plural {escape(self.plural)}")
            lines += [f'msgstr[{form}] ""' for form in range(forms)]
        else:
            lines.append('msgstr ""')
        return "\n".join(lines) + "\n"


def in_source(folder: Path = SOURCE) -> set[Sentence]:
    """Return every sentence that is marked for translation under `folder`."""
    return set(_in_code(folder)) | set(_in_templates(folder))


def catalogues(folder: Path = SOURCE) -> Iterator[tuple[Path, Catalog]]:
    """Yield each language's file and what is in it."""
    for file in sorted((folder / "locale").glob("*/LC_MESSAGES/jiwar.po")):
        with file.open("rb") as stream:
            yield file, read_po(stream, locale=file.parts[-3], abort_invalid=True)


def in_catalogue(catalog: Catalog) -> set[Sentence]:
    """Return every sentence that the catalogue has an entry for."""
    return {_sentence(message.id, message.context or "") for message in catalog if message.id}


def missing(catalog: Catalog, wanted: set[Sentence]) -> list[Sentence]:
    """Return the sentences without an entry, in order."""
    present = {sentence.key for sentence in in_catalogue(catalog)}
    return sorted(sentence for sentence in wanted if sentence.key not in present)


def unused(catalog: Catalog, wanted: set[Sentence], folder: Path = SOURCE) -> list[Sentence]:
    """Return the entries that neither a marker nor any string in the code mentions."""
    marked = {sentence.key for sentence in wanted}
    literals = set(_string_literals(folder))
    return sorted(s for s in in_catalogue(catalog) if s.key not in marked and s.text not in literals)


def append(file: Path, catalog: Catalog, sentences: list[Sentence]) -> None:
    """Add the sentences, untranslated, to the end of the file."""
    with file.open("a", encoding="utf-8") as stream:
        for sentence in sentences:
            stream.write("\n" + sentence.as_entry(catalog.num_plurals))


def forms_of(text: str | tuple[str | None, ...] | list[str] | None) -> tuple[str, ...]:
    """Return the plural forms of an entry's text; a text without them is its own only form."""
    return (text or "",) if text is None or isinstance(text, str) else tuple(form or "" for form in text)


def _in_code(folder: Path) -> Iterator[Sentence]:
    for _, _, message, _, context in extract_from_dir(folder, [("**.py", "python")], {}, IN_CODE):
        yield _sentence(message, context or "")


def _in_templates(folder: Path) -> Iterator[Sentence]:
    environment = Environment(autoescape=True)
    for file in sorted(folder.rglob("templates/**/*.*")):
        tree = environment.parse(file.read_text(encoding="utf-8"), filename=str(file))
        for call in tree.find_all(nodes.Call):
            parts = IN_TEMPLATES.get(_name(call))
            if parts:
                yield _spoken(file, call, parts)


def _name(call: nodes.Call) -> str:
    if isinstance(call.node, nodes.Getattr):
        return call.node.attr
    return call.node.name if isinstance(call.node, nodes.Name) else ""


def _spoken(file: Path, call: nodes.Call, parts: tuple[str, ...]) -> Sentence:
    given = {part: argument for part, argument in zip(parts, call.args, strict=False) if part}
    said = {part: node.value for part, node in given.items() if isinstance(node, nodes.Const)}
    if len(said) < len([part for part in parts if part]):
        raise ValueError(f"{file}:{call.lineno}: what is to be translated has to be written out")
    return Sentence(**said)


def _sentence(message: str | tuple[str, ...] | list[str], context: str) -> Sentence:
    if isinstance(message, str):
        return Sentence(message, context=context)
    return Sentence(message[0], message[1] if len(message) > 1 else "", context)


def _string_literals(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def main() -> int:
    """Bring every catalogue up to date and say what there is to translate."""
    wanted = in_source()
    for file, catalog in catalogues():
        new = missing(catalog, wanted)
        append(file, catalog, new)
        for sentence in unused(catalog, wanted):
            sys.stdout.write(f"{file.parts[-3]}: no longer used: {sentence.text!r}\n")
        sys.stdout.write(f"{file.parts[-3]}: {len(wanted)} sentences, {len(new)} added, untranslated\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The bilingual file `x.po`: one entry for each unit, the source of truth for what people wrote.

A machine draft is flagged fuzzy and carries the digest of the text the machine wrote. So whatever a person does with
an ordinary PO editor can be told afterwards: text whose digest differs was edited, an entry without the flag was
approved. Both are kept, whatever is re-run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.records import IssueResult, Unit, UnitResult

_RAW, _MACHINE, _KEPT = "raw: ", "machine: ", "nothing to translate"
_SIMILAR = 60.0
_PO_LINE = re.compile(
    r"""(?:\#~\s*|\#\|\s*|\#~\|\s*)?
    (?:(?:domain|msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s*)?"(?:[^"\\]|\\.)*" | \#(?![~|]).* | \#~""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Saved:
    """One entry of a bilingual file."""

    unit: str
    source: str
    target: str
    edited: bool
    """Whether the target is no longer what the machine wrote."""
    approved: bool
    """Whether a person took the fuzzy flag off."""
    previous: str
    """The English for which the target was written, when that has changed since."""
    remark: str
    """What people noted on the entry."""
    raw: str
    machine: str
    """Digest of the machine's text."""

    @property
    def is_persons(self) -> bool:
        """Whether a person edited or approved it, also where the machine says the same of the English of today."""
        return self.edited or self.approved or bool(self.previous)


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A bilingual file as read; empty when there was none."""

    entries: tuple[Saved, ...] = ()
    obsolete: tuple[Saved, ...] = ()
    """People's texts whose English is gone from the issue."""
    output: str = ""
    """Digest of the Chinese issue that was written with it; while a run writes, those of the new and the old one."""


def text_digest(text: str) -> str:
    """Sixteen hexadecimal digits that name a text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def read_bilingual(text: str, name: str) -> Bilingual:
    """Read a PO file's text; InputError for one that is broken or holds conflict marks."""
    import polib

    conflict = re.search(r"^(<<<<<<<|>>>>>>>|=======)", text, re.MULTILINE)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise InputError(f"{name}:{line}: an unresolved merge conflict; resolve it, the file was left as it is")
    if "msgid" not in text:
        raise InputError(f"{name}: not a PO file (no msgid); the file was left as it is")
    broken = next((number for number, line in enumerate(text.split("\n"), 1) if not _is_po_line(line)), None)
    if broken:
        raise InputError(f"{name}:{broken}: not a valid line of a PO file; the file was left as it is")
    try:
        catalogue = polib.pofile(_Lines(text + "\n"), check_for_duplicates=True)
    except (OSError, ValueError, IndexError) as error:
        reason = re.sub(r"^.*?\(line (\d+)\)", r"line \1", str(error).replace("\n", " "))[:200]
        raise InputError(f"{name}: not a valid PO file ({reason}); the file was left as it is") from None
    saved = [(_saved(entry), entry.obsolete) for entry in catalogue]
    return Bilingual(
        tuple(one for one, obsolete in saved if not obsolete),
        tuple(one for one, obsolete in saved if obsolete),
        catalogue.metadata.get("X-Duizhao-Output", ""),
    )


class _Lines(str):
    """Text whose lines end where a PO file's lines do: polib would cut at U+2028 and other separators too."""

    def splitlines(self, keepends: bool = False) -> list[str]:  # noqa: ARG002 as str has it
        return self.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")


def _is_po_line(line: str) -> bool:
    return line.strip("\ufeff \t\r") == "" or _PO_LINE.fullmatch(line.strip("\ufeff \t\r")) is not None


def _saved(entry: object) -> Saved:
    comment = str(getattr(entry, "comment", ""))
    machine = _line(comment, _MACHINE)
    target = str(getattr(entry, "msgstr", ""))
    fuzzy = "fuzzy" in getattr(entry, "flags", ())
    kept = _KEPT in comment
    edited = bool(target) and text_digest(target) != machine
    return Saved(
        unit=str(getattr(entry, "msgctxt", "") or ""),
        source=str(getattr(entry, "msgid", "")),
        target=target,
        edited=edited,
        approved=bool(target) and not fuzzy and (edited or not kept),
        previous=str(getattr(entry, "previous_msgid", "") or ""),
        remark=str(getattr(entry, "tcomment", "")),
        raw=_line(comment, _RAW).replace("⏎", "\n"),
        machine=machine,
    )


def _line(comment: str, label: str) -> str:
    """The value behind a label in the extracted comments; editors may have wrapped it over several lines."""
    lines = iter(comment.split("\n"))
    for line in lines:
        if line.startswith(label):
            rest: list[str] = []
            for more in lines:
                if more.startswith((_RAW, _MACHINE, _KEPT)):
                    break
                rest.append(more)
            return line.removeprefix(label) + "".join(rest)
    return ""


def match_units(units: Sequence[Unit], old: Bilingual) -> Mapping[str, Saved]:
    """Which saved entry belongs to which unit id.

    The same English at the same address, then the same English elsewhere (a moved entry), then, for people's texts
    only, similar English (a changed one; the match's `source` differs from the unit's).
    """
    free = [*old.entries, *old.obsolete]
    matched: dict[str, Saved] = {}

    def take(unit: Unit, candidates: Iterable[Saved]) -> None:
        found = next(iter(candidates), None)
        if found is not None and unit.id not in matched:
            matched[unit.id] = found
            free.remove(found)

    for unit in units:
        take(unit, [s for s in free if s.source == unit.source and s.unit == unit.id])
    for unit in units:
        if unit.id not in matched:
            take(unit, sorted((s for s in free if s.source == unit.source), key=lambda s: not s.is_persons))
    for unit in units:
        if unit.id not in matched:
            take(unit, _similar(unit, [s for s in free if s.is_persons]))
    return matched


def _similar(unit: Unit, candidates: Sequence[Saved]) -> list[Saved]:
    from rapidfuzz import fuzz

    rated = [(fuzz.ratio(unit.source, saved.source) + 15 * (saved.unit == unit.id), saved) for saved in candidates]
    rated = [(score, saved) for score, saved in rated if score >= _SIMILAR]
    return [saved for _, saved in sorted(rated, key=lambda pair: -pair[0])[:1]]


def lost_edits(units: Sequence[Unit], old: Bilingual) -> tuple[Saved, ...]:
    """People's texts that no unit of the issue matches any more; they stay in the file as obsolete entries."""
    matched = list(match_units(units, old).values())
    return tuple(saved for saved in (*old.entries, *old.obsolete) if saved.is_persons and saved not in matched)


def write_bilingual(result: IssueResult, old: Bilingual) -> str:
    """The text of the PO file for a result. The same result gives the same bytes."""
    import polib

    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Project-Id-Version": result.document.issue.slug,
        "Language": result.locale.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "X-Generator": "duizhao",
        "X-Duizhao-Signature": result.signature,
        "X-Duizhao-Output": text_digest(result.text),
    }
    matched = match_units([done.unit for done in result.units], old)
    for done in result.units:
        catalogue.append(_entry(done, matched.get(done.unit.id), result))
    for saved in lost_edits([done.unit for done in result.units], old):
        catalogue.append(_obsolete(saved))
    return str(catalogue).rstrip("\n") + "\n"


def _entry(done: UnitResult, saved: Saved | None, result: IssueResult) -> object:
    import polib

    line = result.document.issue.text.count("\n", 0, done.unit.span.start) + 1
    keeps_person = saved is not None and saved.is_persons
    entry = polib.POEntry(
        msgctxt=done.unit.id,
        msgid=done.unit.source,
        msgstr=saved.target if saved is not None and keeps_person else done.target,
        occurrences=[(f"{result.document.issue.slug}.md", str(line))],
        comment=_comment(done),
        tcomment=saved.remark if saved else "",
    )
    if done.state in {"translated", "stale"}:
        entry.flags.append("fuzzy")
    if saved is not None and done.state == "stale":
        entry.previous_msgid = saved.previous or saved.source
    return entry


def _comment(done: UnitResult) -> str:
    if done.origin == "source":
        return f"{_MACHINE}{text_digest(done.machine)}\n{_KEPT}"
    raw = [f"{_RAW}{done.raw}".replace("\n", "⏎")] if done.raw else []
    return "\n".join([*raw, f"{_MACHINE}{text_digest(done.machine)}"])


def _obsolete(saved: Saved) -> object:
    import polib

    entry = polib.POEntry(
        msgctxt=saved.unit, msgid=saved.source, msgstr=saved.target, tcomment=saved.remark, obsolete=True
    )
    if not saved.approved:
        entry.flags.append("fuzzy")
    return entry

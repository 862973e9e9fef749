"""Checks of a translated unit against its English: pure functions in one table, each giving findings in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pipeline import plain
from pipeline.postedit import find_avoided
from pipeline.quantities import extra, missing, quantities, spoken
from pipeline.records import Finding, Severity, TermMatch
from pipeline.scripts import foreign_characters

_SHORTEST, _LONGEST, _WORDS_TO_JUDGE = 0.75, 4, 12
_MARGIN = 12
_RUN_LEFT = 4
_LETTER = r"[A-Za-z\u00c0-\u024f]"
_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}|['’-](?={_LETTER}))*")
_RUN = re.compile(rf"{_WORD.pattern}(?:[ ,]+{_WORD.pattern}){{{_RUN_LEFT - 1},}}")
_GLOSS = re.compile(r"（[^（）]*）|\([^()]*\)|“[^“”]*”|\"[^\"]*\"|《[^《》]*》")
_LINKING = frozenset(("a", "an", "and", "as", "at", "by", "de", "for", "from", "in", "la", "of", "on", "or", "the"))
_NUMBERED = re.compile(r"(?<![A-Za-z])([A-Z][A-Za-z]{2,})-\d+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LOOP = re.compile(r"((?:(?![\d\s])[\w，、]){2,12}?)(?:[\s，、,]*\1){2,}")
_DOUBLE = re.compile(r"([\u3400-\u9fff]{6,40})[，、,\s]?\1")
_ENGLISH_LOOP = re.compile(r"\b(\w{2,})\b(?:\W+\1\b){2,}|([A-Za-z]{2,4})\2\2", re.IGNORECASE)
_SLOT = re.compile(r"[<＜]\s*/?t\s*\d{1,2}\s*[>＞]|<(?:unk|pad|s|/s)>|⁇|▁")
_LOST = re.compile(r"[\ufffd\ue000-\uf8ff]")
_OTHER_SCRIPT = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3\u0400-\u04ff\u0600-\u06ff]+")
_HALF = re.compile(r"[\u3400-\u9fff][,;:?!](?=\s*[\u3400-\u9fff])|[\u3400-\u9fff]\.(?=\s*(?:[\u3400-\u9fff]|\Z))")
_NEGATION = re.compile(
    r"\b(?:not|never|neither|nor|cannot|nobody|nothing|none)\b(?! only| until| to mention| just| least)|n['’]t\b", re.I
)
_NEGATIVE = re.compile("[不没沒無无非未否别別勿莫毋难難缺免禁拒少除反]|失[败敗]|才|直到|相[反左]")
"""Chinese that says no, or says the opposite; `not until` is often 才."""
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[A-Z\"“(])|(?<=[。！？])[”’）]*\s*(?=.)")
_ENDS = str.maketrans("。？！：；", ".?!:;")
_ENDINGS = {".": ".!;:…", "!": "!.…", "?": "?"}
_CLOSERS = "\"'”’」』)）]*_~` \n"
_PAIRS = ("()", "（）", "[]", "【】", "《》", "“”", "「」", "『』")
_UNITS: tuple[tuple[str, str], ...] = (
    (r"\d\s?(?:%|percent\b|per cent\b)", r"[%％‰]|百分|成|一半|倍"),
    (r"\d\s?(?:[KMGT]i?B)\b", r"[KMGT]i?B|字节|[KMGT]\b|位元"),
    (r"\d\s?[kMG]?Hz\b", r"[kMG]?Hz|赫"),
    (r"\d\s?(?:ms|milliseconds?)\b", r"ms|毫秒"),
    (r"\d\s?(?:km|kilomet(?:er|re)s?)\b", r"km|公里|千米"),
    (r"\d\s?(?:kg|kilograms?)\b", r"kg|公斤|千克"),
    (r"[$]\s?\d", r"[$]|美元|元|美金"),
    (r"€\s?\d", r"€|欧元|歐元"),
    (r"£\s?\d", r"£|英镑|英鎊|镑"),
    (r"\d\s?hours?\b", r"小时|小時|钟头|h\b"),
    (r"\d\s?minutes?\b", r"分|min"),
    (r"\d\s?°\s?[CF]?", r"°|℃|度"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A unit's source and target as Markdown, with what they have to agree on."""

    kind: str
    source: str
    target: str
    protected: tuple[str, ...]
    terms: tuple[TermMatch, ...]
    locale: str


@dataclass(frozen=True, slots=True)
class Check:
    """A function that yields one sentence for each thing wrong, and how such a thing is to be filed."""

    name: str
    category: str
    severity: Severity
    find: Callable[[Pair], Iterator[str]]


def check_unit(
    unit_id: str,
    kind: str,
    source: str,
    target: str,
    protected: Sequence[str],
    terms: Sequence[TermMatch],
    locale: str,
) -> tuple[Finding, ...]:
    """Return the findings of all checks; an empty target has no other finding.

    `protected` holds strings as they must stand in the target, repeated ones as often as they are wanted or once.
    """
    if not source.strip():
        return ()
    pair = Pair(kind, source, target, tuple(protected), tuple(terms), locale)
    checks = CHECKS if target.strip() else CHECKS[:1]
    return tuple(
        Finding(check.name, check.category, check.severity, unit_id, message)
        for check in checks
        for message in check.find(pair)
    )


def check_issue(pairs: Sequence[tuple[str, str, str]]) -> tuple[Finding, ...]:
    """Return a finding for each unit whose English stands earlier with another Chinese text.

    Each pair is unit id, source and target.
    """
    first: dict[str, tuple[str, str]] = {}
    findings = []
    for unit, source, target in pairs:
        earlier, known = first.setdefault(" ".join(source.split()), (unit, target))
        if known.strip() and target.strip() and known.strip() != target.strip():
            message = f"The same English reads “{_short(known)}” in {earlier} but “{_short(target)}” here."
            findings.append(Finding("inconsistent", "style", "minor", unit, message))
    return tuple(findings)


def empty(pair: Pair) -> Iterator[str]:
    """Find a target without text."""
    if not pair.target.strip():
        yield f"The translation of “{_short(pair.source)}” is empty."


def protected_strings(pair: Pair) -> Iterator[str]:
    """Find protected strings that stand less or more often than in the source."""
    for string, listed in Counter(pair.protected).items():
        pattern = plain.bounded(string)
        in_source = len(re.findall(pattern, pair.source))
        wanted, found = max(listed, in_source), len(re.findall(pattern, pair.target))
        if found < wanted or (found > wanted and in_source):
            yield f"“{_short(string)}” must stand {_times(wanted)}, but stands {_times(found)}."


def links(pair: Pair) -> Iterator[str]:
    """Find link targets and images that were lost, changed or added."""
    yield from _differences("Link target", plain.links(pair.source), plain.links(pair.target))
    wanted, found = plain.images(pair.source), plain.images(pair.target)
    if wanted != found:
        yield f"The English has {wanted} images, the Chinese {found}."


def code(pair: Pair) -> Iterator[str]:
    """Find code spans and formulas that were lost, changed or added."""
    yield from _differences("Code or formula", plain.code(pair.source), plain.code(pair.target))


def markup(pair: Pair) -> Iterator[str]:
    """Find kinds of marks that stand more or less often than in the source."""
    wanted, found = plain.marks(pair.source), plain.marks(pair.target)
    for kind in sorted(wanted.keys() | found.keys()):
        if wanted[kind] != found[kind]:
            yield f"The English has {wanted[kind]} marks of {kind}, the Chinese {found[kind]}."


def numbers(pair: Pair) -> Iterator[str]:
    """Find numbers of the source that are missing, and larger ones that nobody wrote.

    The number of a name that was translated (`Covid-19`) is not asked for.
    """
    target = plain.prose(pair.target)
    source = _NUMBERED.sub(lambda name: name[0] if name[1].lower() in target.lower() else " ", plain.prose(pair.source))
    wanted, found = quantities(source), quantities(target)
    lost, added = missing(wanted, found + spoken(target)), extra(wanted + spoken(source), found)
    if lost:
        yield f"The English says {', '.join(lost)}; the Chinese lacks {'it' if len(lost) == 1 else 'them'}."
    if added:
        yield f"The Chinese says {', '.join(added)}; the English does not."


def units(pair: Pair) -> Iterator[str]:
    """Find units of measure that have no counterpart."""
    source, target = plain.prose(pair.source), plain.prose(pair.target)
    for english, chinese in _UNITS:
        found = re.search(english, source)
        if found and not re.search(chinese, target):
            yield f"The English has a unit in “{found[0]}”; the Chinese has none like it."


def terminology(pair: Pair) -> Iterator[str]:
    """Find glossary terms whose rendering stands less often than the term."""
    wanted = Counter(term.concept for term in pair.terms if term.policy in ("translate", "both"))
    for term in {term.concept: term for term in pair.terms}.values():
        renderings = sorted(filter(None, (term.rendering, *term.admitted)), key=len, reverse=True)
        if not wanted[term.concept] or not renderings:
            continue
        found = len(re.findall("|".join(map(plain.bounded, renderings)), pair.target))
        if found < wanted[term.concept]:
            expected = " or ".join(f"“{rendering}”" for rendering in renderings)
            yield f"“{term.concept}” wants {expected} {_times(wanted[term.concept])}, found {_times(found)}."


def avoided(pair: Pair) -> Iterator[str]:
    """Find renderings that the glossary forbids."""
    text = plain.prose(pair.target, pair.protected)
    for span, term in find_avoided(text, pair.terms):
        yield f"“{text[span.start : span.end]}” is to be avoided for “{term.concept}”; write “{term.rendering}”."


def untranslated(pair: Pair) -> Iterator[str]:
    """Find four words of the source in a row, outside brackets and quotes, or a target without any Chinese."""
    source = _words(plain.prose(pair.source, pair.protected))
    target = plain.prose(pair.target, pair.protected)
    if not _HAN.search(pair.target) and any(word.islower() and len(word) > 2 for word in source):
        yield f"“{_short(pair.target)}” has no Chinese."
        return
    known = f" {' '.join(source)} ".lower()
    for run in _RUN.findall(_GLOSS.sub("。", target)):
        words = _words(run)
        is_name = sum(word.islower() and word not in _LINKING for word in words) < 2
        if not is_name and f" {' '.join(words)} ".lower() in known:
            yield f"“{_short(run)}” was left in English."


def length(pair: Pair) -> Iterator[str]:
    """Find a target that is much too short or too long for its English."""
    words = len(_words(plain.prose(pair.source)))
    target = plain.prose(pair.target)
    size = len(_HAN.findall(target)) + len(_words(target))
    if words >= _WORDS_TO_JUDGE and size < _SHORTEST * words:
        yield f"{words} English words became {size} Chinese characters and words: something may be missing."
    elif size > _LONGEST * words + _MARGIN:
        yield f"{words} English words became {size} Chinese characters and words: something may have been added."


def negation(pair: Pair) -> Iterator[str]:
    """Find an English sentence that says no where nothing in the Chinese does.

    Sentences are compared one by one where both texts have as many, else as a whole.
    """
    english, chinese = (_SENTENCE_END.split(plain.prose(text)) for text in (pair.source, pair.target))
    alike = len(english) == len(chinese)
    for source, target in zip(english, chinese, strict=True) if alike else [(" ".join(english), "".join(chinese))]:
        found = _NEGATION.search(source)
        if found and not _NEGATIVE.search(target):
            yield f"Nothing in the Chinese says “{found[0]}”: the meaning may be turned round."


def repetition(pair: Pair) -> Iterator[str]:
    """Find a phrase that stands three times in a row, or a long one twice."""
    if _ENGLISH_LOOP.search(pair.source):
        return
    text = plain.prose(pair.target)
    for found in (*_LOOP.finditer(text), *_DOUBLE.finditer(text)):
        if _HAN.search(found[1]) or found[0].lower() not in pair.source.lower():
            yield f"“{_short(found[0])}” says “{_short(found[1])}” again and again."


def broken_text(pair: Pair) -> Iterator[str]:
    """Find replacement characters, private-use characters and slot tokens that the source does not have."""
    for pattern, what in ((_LOST, "A broken character"), (_SLOT, "A leftover of the machine's slots")):
        left = [piece for piece in pattern.findall(pair.target) if piece not in pair.source]
        if left:
            yield f"{what} stands in the Chinese: {' '.join(dict.fromkeys(map(ascii, left)))}."


def wrong_script(pair: Pair) -> Iterator[str]:
    """Find characters of another language, or of the other Chinese script."""
    other = [piece for piece in _OTHER_SCRIPT.findall(pair.target) if piece not in pair.source]
    if other:
        yield f"“{'”, “'.join(other)}” is no Chinese."
    foreign = [char for char in foreign_characters(pair.target, pair.locale) if char not in pair.source]
    if foreign:
        yield f"“{''.join(foreign)}” does not belong to the script of {pair.locale}."


def punctuation(pair: Pair) -> Iterator[str]:
    """Find half-width marks between Han characters, and an end mark unlike the English one."""
    target = plain.prose(pair.target)
    for found in dict.fromkeys(match[0] for match in _HALF.finditer(target)):
        yield f"“{found}” has a half-width mark beside Chinese."
    wanted, found = _end(pair.source), _end(target)
    if wanted in _ENDINGS and found not in tuple(_ENDINGS[wanted]):
        yield f"The English ends in “{wanted}”, the Chinese in “{pair.target.rstrip()[-1:]}”."


def brackets(pair: Pair) -> Iterator[str]:
    """Find brackets and quotes that do not come in pairs although those of the English do."""
    source, target = plain.prose(pair.source), plain.prose(pair.target)
    if source.count('"') % 2 or not all(_is_even(source, signs) for signs in _PAIRS):
        return
    for signs in _PAIRS:
        if not _is_even(target, signs):
            yield f"The Chinese has {target.count(signs[0])} “{signs[0]}” and {target.count(signs[1])} “{signs[1]}”."


def _is_even(text: str, signs: str) -> bool:
    return text.count(signs[0]) == text.count(signs[1])


def _differences(what: str, wanted: Counter[str], found: Counter[str]) -> Iterator[str]:
    for string in wanted - found:
        yield f"{what} {_short(string)} must stand {_times(wanted[string])}, but stands {_times(found[string])}."
    for string in found - wanted:
        if not wanted[string]:
            yield f"{what} {_short(string)} stands in the Chinese only."


def _end(text: str) -> str:
    """Return the end mark of a text as a half-width one; empty for none."""
    last = text.rstrip(_CLOSERS)[-1:].translate(_ENDS)
    return last if last in ".?!:;…" else ""


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _times(count: int) -> str:
    return {0: "nowhere", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _short(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


CHECKS: tuple[Check, ...] = (
    Check("empty", "accuracy", "critical", empty),
    Check("protected strings", "accuracy", "critical", protected_strings),
    Check("links", "design and markup", "critical", links),
    Check("code", "design and markup", "critical", code),
    Check("broken text", "design and markup", "critical", broken_text),
    Check("avoided terms", "terminology", "critical", avoided),
    Check("glossary terms", "terminology", "major", terminology),
    Check("markup", "design and markup", "major", markup),
    Check("numbers", "accuracy", "major", numbers),
    Check("units", "accuracy", "major", units),
    Check("left in English", "accuracy", "major", untranslated),
    Check("negation", "accuracy", "major", negation),
    Check("length", "accuracy", "major", length),
    Check("repetition", "linguistic conventions", "major", repetition),
    Check("wrong script", "locale conventions", "major", wrong_script),
    Check("punctuation", "linguistic conventions", "minor", punctuation),
    Check("brackets and quotes", "linguistic conventions", "minor", brackets),
)
"""In order of weight; the first one alone looks at an empty target."""

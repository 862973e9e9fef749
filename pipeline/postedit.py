"""Post-editing: an ordered table of rules makes a machine's draft good Chinese and records every change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline import measure_words, spacing, typography
from pipeline.marked import Change, Marked, Setting, change, classify, substitute
from pipeline.names import HONORIFICS
from pipeline.records import Edit, Placeholder, Span, TermMatch
from pipeline.term_cover import find_admitted

Rule = Callable[[Marked, Setting], Marked]

_SLOT = re.compile(
    r"[<＜〈]\s*/?\s*[tTｔ]\s*\d{1,2}\s*[>＞〉]?|(?<![A-Za-z])t\d{1,2}\s*[>＞]|[<＜]\s*(?:unk|pad|/?s)\s*[>＞]|⁇|▁"
)
_LOOP = re.compile(r"(?P<phrase>[^\ue000-\uf8ff\s\d][^\ue000-\uf8ff\n\d]{0,11}?)(?:[\s，、,]*(?P=phrase)){2,}")
_ENGLISH_LOOP = re.compile(r"\b(\w{2,})\b(?:\W+\1\b){2,}|([A-Za-z]{2,4})\2\2", re.IGNORECASE)
_TWICE = re.compile(r"([\u3400-\u9fff]{4,12})\1")
_PARTICLE = re.compile("(的)的(?!确)")
_YEAR = re.compile("([\ue000-\uf8ff])\\s?年(?![代度初底末轻会间来龄前后])")
_COUNTED_NAME = re.compile("([\ue000-\uf8ff])\\s?个(?=\\s?[A-Za-z\ue000-\uf8ff])")
_HONORIFIC = re.compile(rf"(?<![A-Za-z])({'|'.join(HONORIFICS)})\.?\s?([\ue000-\uf8ff])")
_HONORIFIC_BEFORE = re.compile(rf"({'|'.join(sorted(set(HONORIFICS.values())))})\s?([\ue000-\uf8ff])")
_AUTHORS = re.compile(
    r"\b[Tt]hey (?:also |then |first |further |even )?(?:propos|present|introduc|show|find|found|argu|claim|report|"
    r"train|develop|evaluat|confirm|demonstrat|stud|discuss|conclud|believ|suggest|observ|investigat|say|call|discover|"
    r"interpret|succeed|prove|hope|collect|compar|examin|explor|address|releas|describ|formulat|hypothesi|aim)"
)
_THEY = re.compile(r"(?:^|[.!?]\s)\W*They\b")
_STARTS_WITH_THEY = re.compile(r"(?:(?<=^)|(?<=[。！？\n]))\s*[他它]们(?=[^的])")
_THINGS = re.compile(r"(?:(?<=^)|(?<=[。！？\n]))(\s*)它们(?=[^的])")
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class PostEdited:
    """The text after all rules, and what they did to it."""

    text: str
    """Placeholder text, with the draft's private-use characters in the draft's order."""
    edits: tuple[Edit, ...]
    """Spans in `text`, ascending and never overlapping; undoing all of them gives the draft."""


def post_edit(draft: str, placeholders: Sequence[Placeholder], terms: Sequence[TermMatch], english: str) -> PostEdited:
    """Apply the rules in turn until none of them changes the text any more.

    `draft` is placeholder text; `english` is the source it was made from, as placeholder text or Markdown.
    """
    setting = Setting({one.char: one for one in placeholders}, tuple(terms), english)
    marked = Marked(draft)
    for _round in range(_ROUNDS):
        before = marked.text
        for rule in RULES.values():
            marked = rule(marked, setting)
        if marked.text == before:
            break
    return PostEdited(marked.text, marked.edits)


def leftover_slots(marked: Marked, setting: Setting) -> Marked:
    """Remove pieces of slot tokens and control tokens that the English does not have."""
    return substitute(
        marked, _SLOT, lambda match: match[0] if match[0] in setting.english else "", "leftover slot piece"
    )


def avoided_renderings(marked: Marked, setting: Setting) -> Marked:
    """Replace every rendering to be avoided by the preferred one, the longest first."""
    terms = tuple(term for term in setting.terms if term.rendering)
    found = find_avoided(marked.text, terms)
    return change(
        marked,
        [Change(span.start, span.end, term.rendering, f"term: {term.concept}") for span, term in found],
    )


def preferred_renderings(marked: Marked, setting: Setting) -> Marked:
    """Write a required term one way throughout; people's texts may use the admitted renderings."""
    found = find_admitted(marked.text, setting.terms)
    return change(
        marked,
        [Change(span.start, span.end, term.rendering, f"preferred: {term.concept}") for span, term in found],
    )


def find_avoided(text: str, terms: Sequence[TermMatch]) -> tuple[tuple[Span, TermMatch], ...]:
    """Return the places of renderings to be avoided; a part of a right rendering of any term is none."""
    wrong = {avoid: term for term in reversed(terms) for avoid in term.avoid if avoid}
    right = {rendering for term in terms for rendering in (term.rendering, *term.admitted) if rendering}
    if not any(avoid in text for avoid in wrong.keys() - right):
        return ()
    known = sorted(right | wrong.keys(), key=len, reverse=True)
    found = re.finditer("|".join(map(as_pattern, known)), text)
    return tuple((Span(*match.span()), wrong[match[0]]) for match in found if match[0] not in right)


def as_pattern(text: str) -> str:
    """Return the pattern of a rendering; a Latin one must not be a part of a longer word."""
    left = r"(?<![A-Za-z0-9])" if classify(text[0]) == "latin" else ""
    right = r"(?![A-Za-z0-9])" if classify(text[-1]) == "latin" else ""
    return left + re.escape(text) + right


def repetition(marked: Marked, setting: Setting) -> Marked:
    """Leave one of a phrase that stands three times or more in a row, unless the English repeats too."""
    if _ENGLISH_LOOP.search(setting.english):
        return marked
    return substitute(marked, _LOOP, lambda match: _collapsed(match, setting.english), "repetition")


def doubled_phrases(marked: Marked, setting: Setting) -> Marked:
    """Leave one of a longer phrase, a term or a small word that the model wrote twice in a row."""
    marked = substitute(marked, _TWICE, lambda match: match[1], "repetition")
    terms = {term.rendering for term in setting.terms if re.fullmatch("[\u3400-\u9fff]{2,3}", term.rendering)}
    for rendering in sorted(one for one in terms if one + one in marked.text):
        marked = substitute(marked, re.compile(f"({rendering}){rendering}"), lambda match: match[1], "repetition")
    return substitute(marked, _PARTICLE, lambda match: match[1], "repetition")


def false_years(marked: Marked, setting: Setting) -> Marked:
    """Take 年 away behind a name: the model took what stands there for the number of a year."""

    def named(match: re.Match[str]) -> str:
        placeholder = setting.placeholders.get(match[1])
        is_name = placeholder is not None and placeholder.visible[-1:].isalpha()
        return match[1] if is_name else match[0]

    return substitute(marked, _YEAR, named, "no year")


def counted_names(marked: Marked, setting: Setting) -> Marked:
    """Drop the measure word that the model set behind a name with digits, as if it were a number: A100 个 GPU."""

    def named(match: re.Match[str]) -> str:
        placeholder = setting.placeholders.get(match[1])
        is_name = placeholder is not None and placeholder.kind == "name" and placeholder.visible[:1].isalpha()
        return match[1] if is_name else match[0]

    return substitute(marked, _COUNTED_NAME, named, "no number")


def honorifics(marked: Marked, setting: Setting) -> Marked:
    """Set the honorific of a name behind it, in Chinese."""

    def behind(match: re.Match[str]) -> str:
        placeholder = setting.placeholders.get(match[2])
        if placeholder is None or placeholder.kind != "name":
            return match[0]
        name = f"(?:{match[2]}|{re.escape(placeholder.source)})"
        found = re.search(rf"\b({'|'.join(HONORIFICS)})\b\.?\s{name}", setting.english)
        return match[2] + HONORIFICS[found[1]] if found else match[0]

    marked = substitute(marked, _HONORIFIC, behind, "honorific")
    return substitute(marked, _HONORIFIC_BEFORE, behind, "honorific")


def authors(marked: Marked, setting: Setting) -> Marked:
    """Call people 他们: `They propose` is about authors, and so is every sentence of the unit that begins so."""
    certain, they = len(_AUTHORS.findall(setting.english)), len(_THEY.findall(setting.english))
    alike = certain > 0 and they == len(_STARTS_WITH_THEY.findall(marked.text))
    people = they if alike else certain - marked.text.count("他们")
    sentences = list(_THINGS.finditer(marked.text))[: max(0, people)]
    changes = [Change(match.end() - 2, match.end(), "他们", "people, not things") for match in sentences]
    return change(marked, changes)


def _collapsed(match: re.Match[str], english: str) -> str:
    phrase = match["phrase"]
    kinds = {classify(char) for char in phrase}
    if "han" not in kinds and ("latin" not in kinds or len(phrase) == 1 or match[0].lower() in english.lower()):
        return match[0]
    if len(phrase) == 1 and match[0].count(phrase) < 4:
        return match[0]
    return phrase.rstrip("，、, ") if match[0].endswith(phrase.rstrip("，、, ")) else phrase


RULES: dict[str, Rule] = {
    "leftover slots": leftover_slots,
    "avoided renderings": avoided_renderings,
    "preferred renderings": preferred_renderings,
    "repetition": repetition,
    "doubled phrases": doubled_phrases,
    "false years": false_years,
    "counted names": counted_names,
    "honorifics": honorifics,
    "authors": authors,
    "measure words": measure_words.measure_words,
    "shares": measure_words.shares,
    "narrow letters": typography.narrow_letters,
    "ellipses": typography.ellipses,
    "dashes": typography.dashes,
    "quotes": typography.quotes,
    "brackets": typography.brackets,
    "full-width marks": typography.full_width,
    "doubled marks": typography.doubled_marks,
    "list commas": typography.list_commas,
    "sentence end": typography.sentence_end,
    "units": spacing.space_units,
    "spaces": spacing.space_gaps,
    "outer whitespace": spacing.outer_whitespace,
}
"""In this order. Each is a pure function; the reasons it gives name what it did."""

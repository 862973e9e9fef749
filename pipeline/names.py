"""Names that no glossary knows yet: found by their looks, and kept as they are.

1. Addresses and citations: `Name et al.`, e-mail, @handle, #tag, domain, file name, owner/name.
2. Odd words: acronyms, CamelCase, digits inside words, and hyphenated words with such a part.
3. Capitalised runs that are not sentence starts: people, products, places nobody listed.
4. The prefix of a title: `X: A …`.

In headings where every word has a capital, capitals say nothing: there rule 3 takes only words that are not ordinary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.records import Span
from pipeline.words import is_ordinary

PRIVATE = "\ue000-\uf8ff"


@dataclass(frozen=True, slots=True)
class Name:
    """A place that must not be translated, and the look that gave it away."""

    span: Span
    look: str
    """`citation`, `e-mail`, `handle`, `tag`, `domain`, `file`, `repository`, `acronym`, `inner capital`, `digits`,
    `capitals`, `rare word`, `title prefix`."""


_ENDINGS = "py|ipynb|md|txt|json|jsonl|csv|tsv|yaml|yml|toml|pdf|png|jpg|gif|zip|gz|pt|onnx|sh|js|ts|cpp|rs|go|tex|bib"
_HOSTS = "com|org|net|edu|gov|io|ai|dev|app|co|me|info|gg|uk|de|fr|jp|cn|tw|hk|ca|eu|ch"
_ADDRESSES = (
    (
        "citation",
        re.compile(r"[A-Z][\w'’-]+(?: (?:and|&) [A-Z][\w'’-]+)* et al\b(?:\.(?=,? ?[a-z(\d]))?"),
    ),
    ("e-mail", re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("handle", re.compile(r"(?<![\w@/.])@[A-Za-z_][\w]*")),
    ("tag", re.compile(r"(?<![\w#/&])#[A-Za-z_]\w*")),
    ("domain", re.compile(rf"(?<![\w@.-])(?:[A-Za-z0-9-]+\.)+(?:{_HOSTS})(?![\w-])(?:/[^\s{PRIVATE})\]]*[\w/])?")),
    ("file", re.compile(rf"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})\b")),
    ("repository", re.compile(r"(?<![\w/.-])[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*[\w](?![\w/-])")),
)
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9+]*(?:[-–._+&][A-Za-z0-9]+)*[+]{0,2}")
_SUFFIXES = frozenset(
    (
        "based like style styled driven powered trained pretrained pre tuned level free aware specific related "
        "only enabled assisted generated guided augmented inspired quality scale size sized wide oriented centric "
        "equipped optimized accelerated compatible agnostic friendly supervised class shot step layer hop bit "
        "fold way dimensional training learning and or to"
    ).split()
)
_COMMON = frozenset(
    (
        "a an and are as at be but by can do does did for from had has have he her here his how i if in into is "
        "it its just let many more most much my new no not now of on one only or our out over she so some such "
        "than that the their them then there these they this those to too two under up us use was we were what "
        "when where which while who why will with would you your also after all although another any because "
        "before between both during each even every first finally further given however instead like last "
        "moreover nevertheless next once other please read recently second see several since still think third "
        "though three through thus today together until using via whether within without yes yet check click note "
        "try watch learn find get make take look welcome thanks thank hello dear week month year issue part "
        "chapter section figure table appendix image photo source video paper article blog post news tweet thread "
        "code demo slides report survey tutorial course lecture talk book researchers authors scientists "
        "engineers people readers experts students developers companies monday tuesday wednesday thursday friday "
        "saturday sunday january february march april may june july august september october november december mr "
        "mrs ms dr prof professor summary topics original past editor editors contents overview introduction "
        "conclusion abstract references pick picks weekly monthly machine deep neural network networks data artificial "
        "intelligence natural language processing computer vision science model models"
    ).split()
)
HONORIFICS = {"Professor": "教授", "Prof": "教授", "Dr": "博士", "Mr": "先生", "Mrs": "女士", "Ms": "女士"}
"""What stands before a name and is no part of it, with what stands behind the name in Chinese."""
_HONORIFICS = frozenset(map(str.lower, HONORIFICS))
_WORD = re.compile(rf"[^\s{PRIVATE}“”\"()\[\]{{}}<>,;:!?…—/|]+")
_OPENERS = frozenset(
    "a an the at by from for in on to with of as and but via like using since when while if where".split()
)
_MINOR = frozenset("a an the of for in into on to with by at as from and or but nor via per vs over than s".split())
_LINKS = frozenset("of the for de la le van von der den del di da and & with in on to y et al".split())
_SHORTENED = r"['’](?:s|ve|ll|d|re|m)?"
"""What hangs on a word: `Meta's`, `I've`."""
_STARTS = re.compile(rf"(?:^|--|[.!?:…\n—|\\]|[.!?][\"”’)\]])\s*[\"“‘(\[*_\s{PRIVATE}]*$")


def find_names(text: str, blocked: Sequence[Span] = (), known: frozenset[str] = frozenset()) -> tuple[Name, ...]:
    """Names in `text`, ascending and apart from each other and from `blocked` spans.

    `known` holds capitalised words that stood inside a sentence elsewhere in the issue, so that the same word is a
    name at a sentence's start too.
    """
    taken = [False] * len(text)
    for span in blocked:
        taken[span.start : span.end] = [True] * (span.end - span.start)
    found: list[Name] = []
    candidates = list(_candidates(text, known))
    # Whatever a blocked run leaves over comes last, so that it cannot cut an odd word in two.
    for name in (*candidates, *(part for run in candidates if run.look == "capitals" for part in _rare_in(run, text))):
        if not any(taken[name.span.start : name.span.end]):
            taken[name.span.start : name.span.end] = [True] * (name.span.end - name.span.start)
            found.append(name)
    return tuple(sorted(found, key=lambda name: name.span.start))


def capitalised_inside(text: str) -> frozenset[str]:
    """Words of running text that are capitalised although no sentence starts with them."""
    if is_title_case(text):
        return frozenset()
    words = (match for match in _WORD.finditer(text) if _is_capitalised(_bare(match.group())))
    return frozenset(
        _bare(word.group())
        for word in words
        if not _STARTS.search(text[: word.start()]) and _bare(word.group()).lower() not in _COMMON
    )


def is_title_case(text: str) -> bool:
    """Whether most words have a capital, as in headings, so that a capital does not mark a name."""
    bare = re.sub(r"https?://\S+", "", text)
    words = [word for word in re.findall(r"[A-Za-z][A-Za-z'’-]*", bare) if word.lower() not in _MINOR]
    capitals = sum(word[0].isupper() for word in words)
    is_sentence = text.rstrip().endswith(".") and capitals < len(words)
    return len(words) >= 2 and capitals >= 0.65 * len(words) and not is_sentence


def is_shouting(text: str) -> bool:
    """Whether a text of some length is all in capitals, so that these say nothing."""
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    return len(letters) >= 8 and " " in text.strip() and sum(map(str.isupper, letters)) >= 0.85 * len(letters)


def _candidates(text: str, known: frozenset[str]) -> Iterator[Name]:
    for look, pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            if look != "repository" or _is_repository(match.group(), text):
                yield Name(Span(*match.span()), look)
    shouting = is_shouting(text)
    yield from _title_prefix(text)
    if not (shouting or is_title_case(text)):
        yield from _runs(text, known)
    if not shouting:
        yield from _odd_words(text)
    if is_title_case(text) and not shouting:
        yield from _rare_words(text)


def _rare_in(run: Name, text: str) -> Iterator[Name]:
    """The rare words of a run, for one that is blocked in part: `Turing` of `Turing Natural Language Generation`."""
    for word in _WORD.finditer(text, run.span.start, run.span.end):
        if rare := _rare_part(word.group()):
            yield Name(Span(word.start(), word.start() + len(rare)), "rare word")


def _title_prefix(text: str) -> Iterator[Name]:
    """What stands before the colon of a title: `SoftPool: A …`, `Rigging the Lottery: training …`."""
    short = re.match(r"\s*([A-Z][\w+-]*(?: [A-Z0-9][\w+-]*){0,2}):\s+(?=[A-Z])", text)
    long = re.match(r"\s*([A-Z][\w+-]*(?: (?:of|the|a|to|in|for|and|with|on|[A-Z][\w+-]*)){1,6}):\s+(?=\S)", text)
    if short and not _is_plain(short.group(1)):
        yield Name(Span(*short.span(1)), "title prefix")
    elif long and is_title_case(long.group(1)) and not is_title_case(text[long.end() :]):
        yield Name(Span(*long.span(1)), "title prefix")


def _is_repository(found: str, text: str) -> bool:
    if found == text.strip():
        return found == found.lower() and len(found) > 7
    return bool(re.search(r"\d|_|[a-z][A-Z]|[a-z]-[a-z]+$", found)) and "-" + found.split("/")[0] not in text


def _odd_words(text: str) -> Iterator[Name]:
    for match in _TOKEN.finditer(text):
        start, parts = match.start(), match.group()
        kept = _kept_length(parts)
        if kept:
            yield Name(Span(start, start + kept), _look(parts[:kept]))


def _kept_length(token: str) -> int:
    """How much of a hyphenated token is a name: all of it, the part before `-based` and the like, or nothing."""
    parts = re.split(r"(?<=[A-Za-z0-9+])([-–._+&])(?=[A-Za-z0-9])", token)
    words, length = parts[::2], len(token)
    while len(words) > 1 and words[-1] in _SUFFIXES:
        length -= len(words[-1]) + 1
        words = words[:-1]
    return length if any(map(_is_odd, words)) and not _is_abbreviation(token) else 0


def _is_odd(word: str) -> bool:
    if not re.search("[A-Za-z]", word):
        return False
    if re.search(r"\d", word):
        return not re.fullmatch(r"\d+(?:st|nd|rd|th|s|x|k|K|M|B|D|d)?", word)
    return bool(re.fullmatch(r"[A-Z]{2,}s?|[A-Z]\+\+", word) or re.search(r"[a-z][A-Z]|[A-Z]{2,}[a-z]", word))


def _is_abbreviation(token: str) -> bool:
    return token.lower() in {"e.g", "i.e", "a.m", "p.m", "et.al", "u.s", "u.k", "ok", "vs", "no"}


def _look(name: str) -> str:
    if re.search(r"\d", name):
        return "digits"
    return "acronym" if re.fullmatch(r"[A-Z-]+s?", name) else "inner capital"


def _bare(word: str) -> str:
    return re.sub(rf"(?:{_SHORTENED})$", "", word.strip("*_'’‘.")).rstrip(".")


def _is_capitalised(word: str) -> bool:
    return bool(re.match(r"[A-ZÀ-ÖØ-Þ][\w'’.-]*$", word)) and (len(word) > 1 or word not in "IAO")


def _is_plain(phrase: str) -> bool:
    return all(word.lower() in _COMMON for word in phrase.split())


def _runs(text: str, known: frozenset[str]) -> Iterator[Name]:
    """Capitalised runs such as `Yann LeCun` or `University of Toronto`, joined over small words between capitals."""
    words = list(_WORD.finditer(text))
    index = 0
    while index < len(words):
        end = _run_end(text, words, index)
        if end > index and _is_name(text, words[index:end], known):
            first = _first_kept(text, words[index:end])
            begin = words[index + first].start()
            last = words[end - 1]
            yield Name(Span(begin, last.start() + len(_bare_tail(last.group()))), "capitals")
        index = max(end, index + 1)


def _rare_words(text: str) -> Iterator[Name]:
    """Words of a heading that are not ordinary, such as `Hydra` in `Setting Up Hydra`, with their like neighbours."""
    words = list(_WORD.finditer(text))
    index = 0
    while index < len(words):
        end = index
        while end < len(words) and _rare_part(words[end].group()) and _adjoins(text, words, index, end):
            end += 1
        if end > index:
            last = words[end - 1]
            yield Name(Span(words[index].start(), last.start() + len(_rare_part(last.group()))), "rare word")
        index = max(end, index + 1)


def _rare_part(word: str) -> str:
    """The word up to its last part that is not ordinary: `Hopfield` of `Hopfield-Like's`; else nothing."""
    parts = list(re.finditer(r"[^-–]+", _bare(word)))
    rare = [part for part in parts if _is_capitalised(part.group()) and _is_rare_word(part.group())]
    return word[: rare[-1].end()] if rare and word[:1].isupper() else ""


def _is_rare_word(word: str) -> bool:
    """Whether a word of letters is so unusual in small letters that its capital marks a name."""
    return (
        word.isalpha()
        and word[1:].islower()
        and len(word) > 2
        and word.lower() not in _COMMON
        and not is_ordinary(word)
    )


def _bare_tail(word: str) -> str:
    word = re.sub(rf"(?:{_SHORTENED}|[.*_])+$", "", word)
    while (cut := re.match(r"(.*\w)[-–]([a-z]+)$", word)) and cut.group(2) in _SUFFIXES:
        word = cut.group(1)
    return word


def _run_end(text: str, words: list[re.Match[str]], start: int) -> int:
    end = start
    while end < len(words) and _is_capitalised(_bare(words[end].group())) and _adjoins(text, words, start, end):
        end += 1
        joint = end
        while joint < len(words) and words[joint].group() in _LINKS and _adjoins(text, words, start, joint):
            joint += 1
        if 0 < joint - end <= 2 and joint < len(words) and _is_capitalised(_bare(words[joint].group())):
            end = joint if _adjoins(text, words, start, joint) and _may_join(words[end:joint]) else end
    return end


def _may_join(between: list[re.Match[str]]) -> bool:
    return between[0].group() in {"of", "for", "de", "la", "van", "von", "der", "&", "del", "di", "da"}


def _adjoins(text: str, words: list[re.Match[str]], start: int, index: int) -> bool:
    if index == start:
        return True
    between = text[words[index - 1].end() : words[index].start()]
    ended = words[index - 1].group().endswith(".") and len(words[index - 1].group()) > 3
    return between == " " and not ended and not words[index - 1].group().endswith(("'s", "’s"))


def _first_kept(text: str, run: list[re.Match[str]]) -> int:
    """Skip `Professor` and the like, and common words that only begin the sentence: `In Europe` drops `In`."""
    skipped = _COMMON if _STARTS.search(text[: run[0].start()]) else _HONORIFICS
    first = 0
    while first < len(run) - 1 and _bare(run[first].group()).lower() in skipped:
        first += 1
    return first


def _is_name(text: str, run: list[re.Match[str]], known: frozenset[str]) -> bool:
    words = [_bare(match.group()) for match in run if _is_capitalised(_bare(match.group()))]
    uncommon = [word for word in words if word.lower() not in _COMMON]
    if not uncommon:
        return False
    if not _STARTS.search(text[: run[0].start()]):
        return True
    after_opener = _bare(run[0].group()).lower() in _OPENERS
    return after_opener or len(uncommon) >= 2 or any(word in known or _rare_part(word) for word in uncommon)

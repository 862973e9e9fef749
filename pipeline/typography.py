"""Chinese marks: full-width punctuation, quotes, brackets, ellipses, dashes, list commas, the end of a sentence."""

from __future__ import annotations

import re

from pipeline.marked import Change, Marked, Setting, change, classify, is_private, substitute

_FULL = dict(zip(",.;:?!", "，。；：？！", strict=True))
_MARK = re.compile(r"[,.;:?!]")
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ％]|(?<=[0-9])[．：](?=[0-9])")
_ELLIPSIS = re.compile(r"\.{3,}|…+")
_DASH = re.compile(r"-{2,}|—+|–")
_DOUBLED = re.compile(r"[。，、；：？！](?:\s*[。，、；：？！])+")
_AFTER_QUOTE = re.compile(r"(?<=[。？！…][”’」』])。")
_STRENGTH = "。：；，、"
_ABBREVIATION = re.compile(
    r"(?<![A-Za-z])(?:al|etc|vs|Dr|Mr|Mrs|Ms|Prof|Figs?|Eqs?|Sec|No|vol|pp|e\.g|i\.e|cf|Inc|Ltd|Co|Corp|Jr|Sr|St"
    r"|Ph\.D|approx|[A-Z](?:\.[A-Z])*)\Z"
)
_LIST_NUMBER = re.compile(r"(?:\A|\n)[\s\ue000-\uf8ff]*\(?(?:\d+|[A-Za-z])\Z")
_SINGLE = re.compile(r"(?<![A-Za-z0-9])'([^'\n]+)'(?![A-Za-z0-9])")
_COMMA = re.compile(r"[，,]")
_CONJUNCTION = r"(?:和(?!平|谐)|[与與](?![此其])|以及|及(?![时時其早])|或(?!许|許|者说)|等(?![于於待到价效级]))"
_OXFORD = re.compile(r"(?:[\w\ue000-\uf8ff-]+(?: [\w\ue000-\uf8ff-]+){0,3}, ){2,}(?:and|or) ")
_LEAD_IN = re.compile(
    r"(?:In|On|At|For|From|With|By|To|As|Like|Unlike|However|Finally|Moreover|Here|Then|Today|Also)\b"
)
_BOUNDED = re.compile(r"[，,、]\s*[^，,、。；：？！\s]{1,6}\Z")
_CLOSERS = "\"'”’」』)）]】》*_~`"
_END_MARKS = "。？！…；：.?!:;"
_LINK_TARGET = re.compile(r"\]\([^()\s]*\)\Z")


def narrow_letters(marked: Marked, _setting: Setting) -> Marked:
    """Make full-width digits and letters half-width."""
    return substitute(marked, _WIDE, lambda match: chr(ord(match[0]) - 0xFEE0), "full-width letters and digits")


def ellipses(marked: Marked, setting: Setting) -> Marked:
    """Make `...` and `…` in Chinese prose `……`."""
    return _beside_han(marked, setting, _ELLIPSIS, "……", "punctuation: ellipsis")


def dashes(marked: Marked, setting: Setting) -> Marked:
    """Make `--`, `—` and `–` in Chinese prose `——`."""
    return _beside_han(marked, setting, _DASH, "——", "punctuation: dash")


def _beside_han(marked: Marked, setting: Setting, pattern: re.Pattern[str], after: str, reason: str) -> Marked:
    def wanted(match: re.Match[str]) -> str:
        around = setting.see_before(marked.text, match.start()), setting.see_after(marked.text, match.end())
        return after if {"han", "full"} & {classify(char) for char in around} else match[0]

    return substitute(marked, pattern, wanted, reason)


def quotes(marked: Marked, setting: Setting) -> Marked:
    """Make straight quotes curly, nested ones single, and turn curly ones the right way round."""
    if not setting.has_han(marked.text):
        return marked
    places = _quote_places(marked.text)
    marked = change(
        marked,
        [Change(at, at + 1, "“”"[turn % 2], "punctuation: quotes") for turn, at in enumerate(places)],
    )
    return substitute(marked, _SINGLE, lambda match: _single_quoted(match, setting), "punctuation: quotes")


def _quote_places(text: str) -> list[int]:
    """Return the places of the quotes to be set alternately; none when they do not come in pairs."""
    straight = [at for at, char in enumerate(text) if char == '"']
    curly = [at for at, char in enumerate(text) if char in "“”"]
    places = straight if _is_balanced([text[at] for at in curly]) else sorted(straight + curly)
    return places if len(places) % 2 == 0 else []


def _is_balanced(marks: list[str]) -> bool:
    depth = 0
    for mark in marks:
        depth += 1 if mark == "“" else -1
        if depth < 0:
            return False
    return depth == 0


def _single_quoted(match: re.Match[str], setting: Setting) -> str:
    before = match.string[: match.start()]
    around = (setting.see_before(match.string, match.start()), setting.see_after(match.string, match.end()))
    if not setting.has_han(match[1]) and not {"han", "full"} & {classify(char) for char in around}:
        return match[0]
    is_nested = before.count("“") > before.count("”")
    return f"‘{match[1]}’" if is_nested else f"“{match[1]}”"


def brackets(marked: Marked, setting: Setting) -> Marked:
    """Make round brackets in Chinese prose full-width, both of a pair alike."""
    changes: list[Change] = []
    opened: list[int] = []
    for at, char in enumerate(marked.text):
        if char in "(（":
            opened.append(at)
        elif char in ")）" and opened:
            start = opened.pop()
            if _is_prose_bracket(marked.text, start, at, setting):
                changes += [Change(start, start + 1, "（", "punctuation: brackets")]
                changes += [Change(at, at + 1, "）", "punctuation: brackets")]
    return change(marked, sorted(changes, key=lambda one: one.start))


def _is_prose_bracket(text: str, start: int, end: int, setting: Setting) -> bool:
    """Tell whether a pair belongs to Chinese prose; `f(x)` and `forward()` do not."""
    inside = text[start + 1 : end]
    if not inside.strip():
        return False
    if setting.has_han(inside) or {text[start], text[end]} != {"(", ")"}:
        return True
    is_call = start > 0 and text[start - 1].isascii() and text[start - 1].isalnum()
    around = (setting.see_before(text, start), setting.see_after(text, end + 1))
    return not is_call and bool({"han", "full"} & {classify(char) for char in around})


def full_width(marked: Marked, setting: Setting) -> Marked:
    """Make `, . ; : ? !` full-width where they belong to Chinese prose."""
    if not setting.has_han(marked.text):
        return marked

    def wanted(match: re.Match[str]) -> str:
        return _FULL[match[0]] if _is_prose_mark(match.string, match.start(), setting) else match[0]

    return substitute(marked, _MARK, wanted, "punctuation: full-width mark")


def _is_prose_mark(text: str, place: int, setting: Setting) -> bool:
    mark, left, right = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    before, after = setting.see_before(text, place), setting.see_after(text, place + 1)
    if not before or _is_inside_word(mark, left, right):
        return False
    if mark == "." and _ends_short_form(text[:place]) and (after or not setting.english.rstrip().endswith(".")):
        return False
    if {classify(before), classify(after)} & {"han", "full"} or not after:
        return True
    is_listed = mark == "," and setting.is_name(text[place + 1 :].lstrip()[:1])
    return is_listed or (mark in ",.;" and setting.is_name(left) and (mark != "." or right.isspace()))


def _is_inside_word(mark: str, left: str, right: str) -> bool:
    """Tell whether the mark belongs to a number, a file name, an address, an ellipsis or an emoticon."""
    if mark in ".:," and left.isdigit() and right.isdigit():
        return True
    if mark == "." and (right == "." or left == "." or (right.isascii() and right.isalnum())):
        return True
    return (mark == "!" and right == "=") or (mark in ":;" and right in ("/", ")", "-"))


def _ends_short_form(before: str) -> bool:
    return bool(_ABBREVIATION.search(before) or _LIST_NUMBER.search(before))


def doubled_marks(marked: Marked, setting: Setting) -> Marked:
    """Leave one mark of several in a row, the strongest; `？！` stays."""
    marked = substitute(marked, _DOUBLED, lambda match: _strongest(match[0], setting.english), "punctuation: doubled")
    return substitute(marked, _AFTER_QUOTE, lambda _match: "", "punctuation: doubled")


def _strongest(run: str, english: str) -> str:
    loud = [mark for mark in run if mark in "？！"]
    if loud:
        is_meant = "!!" in english or "??" in english
        return "".join(loud if is_meant else dict.fromkeys(loud))
    return min((mark for mark in run if not mark.isspace()), key=_STRENGTH.index)


def list_commas(marked: Marked, setting: Setting) -> Marked:
    """Make the commas between short parallel items `、`."""
    commas = _english_list_commas(setting.english)
    names, following = _list_pattern(setting, han=False), _list_pattern(setting, han=True)

    def wanted(match: re.Match[str]) -> str:
        before = classify(setting.see_before(match.string, match.start()))
        if before == "latin" and names.match(match.string, match.end()):
            return "、"
        found = following.match(match.string, match.end()) if commas else None
        return "、" if found and _is_han_list(match.string[: match.start()], found[0], commas) else match[0]

    return substitute(marked, _COMMA, wanted, "punctuation: list comma")


def _is_han_list(before: str, following: str, commas: int) -> bool:
    """Tell whether a comma parts Han items: two commas at least show it, and a list that starts later has its 、."""
    later = len(_COMMA.findall(following))
    is_bounded = later > 0 or _BOUNDED.search(before) is not None
    return is_bounded and "、" not in following and later < commas


def _english_list_commas(english: str) -> int:
    """Return how many commas a Chinese list needs for `a, b, and c`; none without such a list."""
    found = _OXFORD.search(english)
    if not found:
        return 0
    return found[0].count(",") - 1 - bool(_LEAD_IN.match(found[0]))


def _list_pattern(setting: Setting, *, han: bool) -> re.Pattern[str]:
    """Return what the rest of a list looks like: items, a conjunction; Han items have at most six characters."""
    marks = "".join(char for char in setting.placeholders if setting.is_markup(char)) or "\ufdd0"
    names = "".join(char for char in setting.placeholders if setting.is_name(char)) or "\ufdd0"
    word = rf"(?:[{names}]|[A-Za-z][A-Za-z0-9_.+-]*)"
    item = rf"[{marks}]*{word}(?: ?{word}){{0,3}}[{marks}]*"
    if han:
        item = rf"(?:{item}|[{marks}]*[\u4e00-\u9fff]{{1,6}}?[{marks}]*)"
    return re.compile(rf"\s*{item}(?:\s*[，,、]\s*{item})*\s*{_CONJUNCTION}")


def sentence_end(marked: Marked, setting: Setting) -> Marked:
    """Give the sentence an end mark where the English has one, and none where the English has none."""
    wanted = _english_end(setting)
    at = _last_place(marked.text, setting)
    if wanted is None or at is None or not setting.has_han(marked.text):
        return marked
    last = marked.text[at]
    if not wanted:
        dropped = [Change(at, at + 1, "", "punctuation: no end mark in the English")] if last in "。." else []
        return change(marked, dropped)
    reason = "punctuation: end mark as in the English"
    if last in "，、,":
        return change(marked, [Change(at, at + 1, wanted, reason)])
    if not _takes_end_mark(last, setting):
        return marked
    place = at + 1
    while place < len(marked.text) and (marked.text[place] in _CLOSERS or setting.is_markup(marked.text[place])):
        place += 1
    return change(marked, [Change(place, place, wanted, reason)])


def _takes_end_mark(last: str, setting: Setting) -> bool:
    """Tell whether an end mark may follow; a bare address would swallow it, a title may bring its own."""
    known = setting.placeholders.get(last)
    if known and (known.kind in ("url", "email") or known.visible.rstrip()[-1:] in tuple(_END_MARKS)):
        return False
    return classify(setting.seen(last, -1)) in ("han", "latin") or last in "%‰°℃+"


def _english_end(setting: Setting) -> str | None:
    """Return the Chinese end mark asked for, empty for none, None where the English does not tell."""
    english = _LINK_TARGET.sub("", setting.english.rstrip())
    at = _last_place(english, setting)
    if at is None:
        return None
    last = english[at]
    if last in ".?!":
        is_unclear = last == "." and (english[at - 1 : at] in (".", "") or _ends_short_form(english[:at]))
        return None if is_unclear else _FULL[last]
    return "" if classify(setting.seen(last, -1)) == "latin" else None


def _last_place(text: str, setting: Setting) -> int | None:
    """Return the place of the last visible character that is no closing quote or bracket."""
    for at in range(len(text) - 1, -1, -1):
        char = text[at]
        is_passed = char.isspace() or char in _CLOSERS or (is_private(char) and not setting.is_name(char))
        if not is_passed:
            return at
    return None

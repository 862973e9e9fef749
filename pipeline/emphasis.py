"""Emphasis beside Chinese: CommonMark's rules ask for spaces that Chinese does not set, so marks stay literal.

The cures, each tried only where a mark does not render, and proven by parsing the result:

1. white space just inside a mark moves out: `** 重要**` to ` **重要**`
2. underscores become asterisks: `_重要_的` to `*重要*的`
3. a pair of quotes or brackets just inside moves out: `**“标题”**中` to `“**标题**”中`
4. closing punctuation just inside moves out: `**重要：**正文` to `**重要**：正文`
5. a space is set outside, after or before or both: `*论文（NIPS）*提出` to `*论文（NIPS）* 提出`
6. marks without anything between them, or that nothing helps, are taken off: litter would be worse
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.inline import find_codes
from pipeline.records import Span

_CLOSING_MARKS = frozenset("：，。；！？、…:,.;!?")
_MATCHED = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "（": "）",
    "【": "】",
    '"': '"',
    "(": ")",
}


@dataclass(frozen=True, slots=True)
class _Mark:
    text: str
    pair: int
    opens: bool


_Atoms = tuple[str | _Mark, ...]
"""A text cut into single characters and emphasis marks."""


def mend_emphasis(text: str, pairs: Sequence[tuple[Span, Span]]) -> str:
    """Make emphasis render: `pairs` are the opening and closing marks in `text` that are meant as emphasis.

    The result is parsed with `find_codes`; a text whose marks all render comes back as it is.
    """
    atoms, before = _cut(text, pairs), None
    order = _innermost_first(pairs)
    while atoms != before:
        before = atoms
        for cure in (_spaces_out, _asterisks, _matched_out, _closing_out, _spaced):
            for pair in order:
                atoms = _until_rendered(atoms, pair, cure)
    for pair in order:
        atoms = _until_rendered(atoms, pair, _dropped)
    return _joined(atoms)


def _cut(text: str, pairs: Sequence[tuple[Span, Span]]) -> _Atoms:
    marks = [(span, pair, span == both[0]) for pair, both in enumerate(pairs) for span in both]
    atoms: list[str | _Mark] = []
    position = 0
    for span, pair, opens in sorted(marks, key=lambda mark: mark[0].start):
        atoms += [*text[position : span.start], _Mark(text[span.start : span.end], pair, opens)]
        position = span.end
    return (*atoms, *text[position:])


def _joined(atoms: _Atoms) -> str:
    return "".join(atom.text if isinstance(atom, _Mark) else atom for atom in atoms)


def _innermost_first(pairs: Sequence[tuple[Span, Span]]) -> list[int]:
    return sorted(range(len(pairs)), key=lambda pair: pairs[pair][1].start - pairs[pair][0].end)


def _broken(atoms: _Atoms) -> set[int]:
    """Number the pairs whose two marks are not seen as the two ends of the same emphasis."""
    ends: dict[tuple[int, bool], set[int]] = {}
    seen = {
        (place, code.form == "open"): code.pair
        for code in find_codes(_joined(atoms))
        if code.kind in ("em", "strong", "strike")
        for place in range(code.span.start, code.span.end)
    }
    position = 0
    for atom in atoms:
        length = len(atom.text) if isinstance(atom, _Mark) else 1
        if isinstance(atom, _Mark):
            ends[atom.pair, atom.opens] = {seen.get((position + step, atom.opens), -1) for step in range(length)}
        position += length
    return {pair for pair, opens in ends if opens and not (ends[pair, True] & ends[pair, False]) - {-1}}


def _until_rendered(atoms: _Atoms, pair: int, cure: Callable[[_Atoms, int, int], _Atoms]) -> _Atoms:
    """Apply one cure to one pair, again and again while it changes something and the pair does not render."""
    while pair in _broken(atoms):
        opening, closing = (index for index, atom in enumerate(atoms) if isinstance(atom, _Mark) and atom.pair == pair)
        cured = cure(atoms, opening, closing)
        if cured == atoms:
            break
        atoms = cured
    return atoms


def _spaces_out(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    if _is_space(atoms[opening + 1]):
        return _without_edge_space(_swapped(atoms, opening))
    return _without_edge_space(_swapped(atoms, closing - 1)) if _is_space(atoms[closing - 1]) else atoms


def _asterisks(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    both = (opening, closing)
    return tuple(
        replace(atom, text=atom.text.replace("_", "*")) if isinstance(atom, _Mark) and index in both else atom
        for index, atom in enumerate(atoms)
    )


def _matched_out(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    inner = atoms[opening + 1 : closing]
    if len(inner) < 3 or not _is_matched(inner):
        return atoms
    return _swapped(_swapped(atoms, opening), closing - 1)


def _closing_out(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    while closing - opening > 2 and atoms[closing - 1] in _CLOSING_MARKS:
        atoms = _swapped(atoms, closing - 1)
        closing -= 1
    return atoms


def _spaced(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    """Set a space behind the run of closing marks, before the run of opening ones, or both: the first that helps."""
    pairs = {atom.pair for atom in atoms[opening : opening + 1] if isinstance(atom, _Mark)}
    while opening and _is_mark(atoms[opening - 1], opens=True):
        opening -= 1
    while closing + 1 < len(atoms) and _is_mark(atoms[closing + 1], opens=False):
        closing += 1
    before, inner, after = atoms[:opening], atoms[opening : closing + 1], atoms[closing + 1 :]
    tries = ((*before, *inner, " ", *after), (*before, " ", *inner, *after), (*before, " ", *inner, " ", *after))
    return next((spaced for spaced in tries if not pairs & _broken(spaced)), atoms)


def _dropped(atoms: _Atoms, opening: int, closing: int) -> _Atoms:
    return (*atoms[:opening], *atoms[opening + 1 : closing], *atoms[closing + 1 :])


def _swapped(atoms: _Atoms, index: int) -> _Atoms:
    return (*atoms[:index], atoms[index + 1], atoms[index], *atoms[index + 2 :])


def _without_edge_space(atoms: _Atoms) -> _Atoms:
    start = 1 if _is_space(atoms[0]) else 0
    return atoms[start:-1] if _is_space(atoms[-1]) else atoms[start:]


def _is_space(atom: str | _Mark) -> bool:
    return isinstance(atom, str) and atom.isspace()


def _is_mark(atom: str | _Mark, *, opens: bool) -> bool:
    return isinstance(atom, _Mark) and atom.opens == opens


def _is_matched(inner: _Atoms) -> bool:
    """Tell whether the first and the last character are the two halves of one pair of quotes or brackets."""
    first, last = inner[0], inner[-1]
    if not isinstance(first, str) or _MATCHED.get(first) != last:
        return False
    between = [atom for atom in inner[1:-1] if atom in (first, last)]
    return first not in between and last not in between

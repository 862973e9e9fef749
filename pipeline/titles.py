"""Which parts of a text are paper titles, told by structure: what stands beside, in or around a paper's link.

1. A short line together with a paper's bare link is that paper's title, whatever its case.
2. A link's text is a title when the link leads to a paper and the text is in title case or begins with a name and a
   colon, or when the link is a whole quotation “…” and leads to a paper or is in title case.
3. A short line of its own is a title when the paragraph beside it is nothing but a paper's link.
4. A line in italics and title case below an entry's heading is a title, with or without a link.
5. A quotation after "titled" is a title; after "called" or "named", or amid a sentence, it is one in title case.
6. A link's text in title case amid a sentence is the title of the course, the talk or the book that the link leads to.
7. The heading of a link card is a title when the card leads to a paper, and a name when it leads to a repository.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.inline import NO_REFERENCES, find_codes, links, plain
from pipeline.records import InlineCode, Span

_PAPER = re.compile(
    r"""^(?:https?://)?(?:[\w-]+\.)*(?:
      arxiv\.org/(?:abs|pdf|html)/ | openreview\.net/(?:forum|pdf) | openaccess\.thecvf\.com/ | doi\.org/
    | (?:aclweb\.org/anthology|aclanthology\.(?:org|info))/(?!events|venues|people|volumes)\S | distill\.pub/\d
    | proceedings\.mlr\.press/ | proceedings\.neurips\.cc/paper | papers\.(?:nips|neurips)\.cc/paper | jmlr\.org/papers
    | (?:bio|med)rxiv\.org/content | semanticscholar\.org/paper | dl\.acm\.org/doi | ieeexplore\.ieee\.org/.*document
    | link\.springer\.com/(?:article|chapter) | nature\.com/articles/s | ssrn\.com/ | isca-speech\.org/archive
    | ecva\.net/papers | hal\.science/ | pnas\.org/(?:content|doi) | researchgate\.net/publication )""",
    re.VERBOSE | re.IGNORECASE,
)
_REPOSITORY = re.compile(r"^https?://(?:www\.)?(?:github|gitlab)\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:[/?#].*)?$")
_URL_LIKE = re.compile(r"^(?:https?://|www\.)?[\w.-]+\.[a-z]{2,}/\S*$|^https?://\S+$", re.IGNORECASE)
_LABEL = re.compile(r"^\W*(?:paper|pdf|arxiv|link|abs|openreview|abstract|doi|preprint)?(?:[:/ ]*[\d.]+)?\W*$", re.I)
_NAMED = re.compile(r"^(?=\S*[a-z]\S*[A-Z]|\S*[A-Z]{2}|\S*\d|[A-Z])\S+(?:[ ]\S+){0,3}:\s+\S")
_LEAD_IN = re.compile(
    r"^(?:see|read|check|find|here|source|via|from|papers?|links?|codes?|original|this|these|the (?:paper|code)|our|it"
    r"|they|we|he|she)\b|\b(?:at|in|here|see|is|on|from|via|and|or|papers?|links?|code)$",
    re.IGNORECASE,
)
_CITATION = re.compile(r"\bet al\b|\(\d{4}\)|,\s*\d{4}$|\band (?:colleagues|collaborators|co-?authors|others)$")
_OPENING_QUOTE = re.compile(r"[“\"‘«](\w{0,3})[*_]{0,3}$")
_CLOSING_QUOTE = re.compile(r"[*_]{0,3}[.,?!]?[”\"’»]")
_QUOTED = re.compile(r"(?:\b(titled|entitled|called|named),?\s+[*_]{0,3})?(?<![\w”])[“\"]([^“”\"\n\[\]]+)[”\"]")
_TITLE_START = re.compile(r"[*_]{0,3}[A-Z0-9]")
_LONG_WORD = re.compile(r"\w{3}")
_SMALL_WORD = re.compile(r"(?<!\S)[a-z]+")
_FEWEST_SMALL_WORDS = 3
_LONGEST_TITLE = 30
_MARKS = ("em", "strong", "strike")


def is_paper(url: str) -> bool:
    """Tell whether an address is that of one paper."""
    return bool(_PAPER.match(url))


def looks_like_title(text: str) -> bool:
    """Tell whether at least three words stand there and most of the longer ones are capitalised."""
    words = re.findall(r"[A-Za-z][\w'’-]*", text)
    longer = [word for word in words if len(word) >= 4]
    capitals = sum(any(letter.isupper() for letter in word) for word in longer)
    return len(words) >= 3 and bool(longer) and capitals >= 0.6 * len(longer)


def find_titles(source: str, references: Mapping[str, str] = NO_REFERENCES) -> tuple[Span, ...]:
    """Find the titles inside one block, ascending; emphasis marks around a title are not part of it."""
    beside = _titles_beside_link(source, references)
    if beside:
        return beside
    linked = list(_linked_titles(source, references))
    quoted = (span for span in _quoted_titles(source) if not any(_overlap(span, other) for other in linked))
    return tuple(sorted([*linked, *quoted], key=lambda span: span.start))


def _overlap(one: Span, two: Span) -> bool:
    return one.start < two.end and two.start < one.end


def whole_line(source: str, references: Mapping[str, str] = NO_REFERENCES) -> tuple[Span, ...]:
    """Give the span of a block that is one short line without links and no sentence; nothing for other blocks."""
    codes = find_codes(source, references)
    if any(code.kind in ("link", "url", "autolink", "html") for code in codes):
        return ()
    return _titles_around(source, codes, [])


def emphasised_title(source: str) -> tuple[Span, ...]:
    """Give the span of a block that is one emphasised line in title case; nothing for other blocks."""
    spans = whole_line(source)
    wanted = len(spans) == 1 and looks_like_title(plain(source)) and _is_emphasised(spans[0], find_codes(source))
    return spans if wanted else ()


def is_paper_link(source: str, references: Mapping[str, str] = NO_REFERENCES) -> bool:
    """Tell whether a block holds a paper's link and nothing else but images."""
    found = _paper_links(source, references)
    codes = find_codes(source, references)
    return bool(found) and not _regions(source, codes, found)


def card_title(title: str, url: str) -> tuple[Span, ...]:
    """Give the span of a link card's heading when it is a paper's title or a repository's name."""
    repository = _REPOSITORY.match(url)
    named = repository is not None and plain(title).strip().casefold() == repository.group(1).casefold()
    return (Span(0, len(title)),) if named or is_paper(url) else ()


def _titles_beside_link(source: str, references: Mapping[str, str]) -> tuple[Span, ...]:
    found = _paper_links(source, references)
    codes = find_codes(source, references)
    inside = {position for span in found for position in range(span.start, span.end)}
    others = [code for code in codes if code.kind in ("link", "url", "autolink") and code.span.start not in inside]
    return () if not found or others else _titles_around(source, codes, found)


def _paper_links(source: str, references: Mapping[str, str]) -> list[Span]:
    """Find the links to papers that show an address, a label such as `pdf`, or nothing: not a title of their own."""
    found = [
        code.span
        for code in find_codes(source, references)
        if code.kind in ("url", "autolink") and is_paper(source[code.span.start : code.span.end].strip("<>"))
    ]
    bare = " ".join(source[span.start : span.end] for span in found)
    for opening, closing, target in links(source, references):
        text = plain(source[opening.span.end : closing.span.start])
        label = _LABEL.match(text) or _URL_LIKE.match(text) or target.split("://")[-1] in bare
        if is_paper(target) and label:
            found = [span for span in found if not opening.span.start <= span.start < closing.span.end]
            found.append(Span(opening.span.start, closing.span.end))
    return sorted(found, key=lambda span: span.start)


def _titles_around(source: str, codes: tuple[InlineCode, ...], apart: list[Span]) -> tuple[Span, ...]:
    regions = [region for region in _regions(source, codes, apart) if not _is_remark(source, region)]
    text = " ".join(plain(source[region.start : region.end]) for region in regions)
    lines = sum(1 + source.count("\n", region.start, region.end) for region in regions)
    if not regions or lines > 2 or not any(letter.isalpha() for letter in text):
        return ()
    labelled = any(source[span.start] == "[" and not _shows_address(source, span) for span in apart)
    certain = looks_like_title(text) or all(_is_emphasised(region, codes) for region in regions)
    return () if _is_prose(text, certain) or (labelled and not certain) else tuple(regions)


def _is_remark(source: str, region: Span) -> bool:
    text = source[region.start : region.end]
    return bool(re.fullmatch(r"[(（][^()（）]*[)）]\.?", text)) and not looks_like_title(text)


def _shows_address(source: str, link: Span) -> bool:
    return "://" in source[link.start : source.find("](", link.start)] or source.startswith("[]", link.start)


def _is_emphasised(region: Span, codes: tuple[InlineCode, ...]) -> bool:
    starts = {code.pair: code.span.end for code in codes if code.kind in _MARKS and code.form == "open"}
    ends = [code for code in codes if code.kind in _MARKS and code.form == "close"]
    return any(starts[code.pair] <= region.start and region.end <= code.span.start for code in ends)


def _is_prose(text: str, certain: bool) -> bool:
    text = " ".join(text.split())
    if len(text.split()) > _LONGEST_TITLE or text.endswith(":"):
        return True
    if certain:
        return False
    return text.endswith((".", "!", ",")) or bool(_LEAD_IN.search(text)) or bool(re.search(r"[.!] [A-Z]", text))


def _regions(source: str, codes: tuple[InlineCode, ...], apart: list[Span]) -> list[Span]:
    """Cut a block at links, images, lone escapes and unbalanced marks; give what holds text, trimmed."""
    skipped = [code.span for code in codes if code.kind in ("image", "html", "footnote", "checkbox")]
    skipped += [Span(match.start(), match.end()) for match in re.finditer(r"^[ \t]*\\\\[ \t]*$", source, re.MULTILINE)]
    cuts = sorted([*apart, *skipped], key=lambda span: span.start)
    edges = [0, *(edge for span in cuts for edge in (span.start, span.end)), len(source)]
    rough = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]
    pieces = (piece for span in rough for piece in _balanced(span, codes))
    return [piece for piece in (_trimmed(source, piece) for piece in pieces) if _has_word(source, piece)]


def _balanced(region: Span, codes: tuple[InlineCode, ...]) -> Iterator[Span]:
    """Cut a region at every mark whose partner lies outside, and at the marks that stand around all of it."""
    inside = [code for code in codes if region.start <= code.span.start and code.span.end <= region.end]
    pairs = [code.pair for code in inside if code.kind in _MARKS]
    start = region.start
    for code in inside:
        if code.kind in _MARKS and pairs.count(code.pair) < 2:
            yield Span(start, code.span.start)
            start = code.span.end
    yield Span(start, region.end)


def _trimmed(source: str, span: Span) -> Span:
    """Take white space and surrounding emphasis off both ends."""
    text = source[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip())
    end = span.start + len(text.rstrip())
    pairs = [code for code in find_codes(source[start:end]) if code.kind in _MARKS]
    if pairs and pairs[0].span.start == 0 and pairs[-1].span.end == end - start and pairs[0].pair == pairs[-1].pair:
        return _trimmed(source, Span(start + pairs[0].span.end, start + pairs[-1].span.start))
    return Span(start, max(start, end))


def _has_word(source: str, span: Span) -> bool:
    return any(letter.isalnum() for letter in source[span.start : span.end])


def _linked_titles(source: str, references: Mapping[str, str]) -> Iterator[Span]:
    for opening, closing, target in links(source, references):
        inner = _trimmed(source, Span(opening.span.end, closing.span.start))
        text = plain(source[inner.start : inner.end])
        quoted = _OPENING_QUOTE.search(source[: opening.span.start])
        certain = is_paper(target) or looks_like_title((quoted.group(1) if quoted else "") + text)
        if quoted and _CLOSING_QUOTE.match(source, closing.span.end) and certain and len(text.split()) >= 3:
            if quoted.group(1):
                yield Span(*quoted.span(1))
            yield inner
        elif not _CITATION.search(text) and _is_title_link(source, opening, closing, is_paper(target)):
            yield inner


def _is_title_link(source: str, opening: InlineCode, closing: InlineCode, leads_to_paper: bool) -> bool:
    text = plain(source[opening.span.end : closing.span.start])
    if leads_to_paper:
        return looks_like_title(text) or _is_named(text)
    return _is_amid_sentence(source, opening, closing) and looks_like_title(text) and bool(_LONG_WORD.match(text))


def _is_amid_sentence(source: str, opening: InlineCode, closing: InlineCode) -> bool:
    outside = plain(source[: opening.span.start]) + " " + plain(source[closing.span.end :])
    return len(_SMALL_WORD.findall(outside)) >= _FEWEST_SMALL_WORDS


def _quoted_titles(source: str) -> Iterator[Span]:
    for match in _QUOTED.finditer(source):
        inner = _trimmed(source, Span(*match.span(2)))
        text = plain(source[inner.start : inner.end]).rstrip(",.")
        is_whole = list(_balanced(inner, find_codes(source))) == [inner]
        if is_whole and len(text.split()) >= 3 and _is_quoted_title(source, match, text):
            yield Span(inner.start, inner.end - (source[inner.end - 1] in ",."))


def _is_quoted_title(source: str, quotation: re.Match[str], text: str) -> bool:
    if quotation[1]:
        return quotation[1].endswith("titled") or looks_like_title(text)
    outside = plain(source[: quotation.start()]) + " " + plain(source[quotation.end() :])
    is_title = bool(_TITLE_START.match(quotation[2])) and looks_like_title(text) and not text.isupper()
    return is_title and len(_SMALL_WORD.findall(outside)) >= _FEWEST_SMALL_WORDS


def _is_named(text: str) -> bool:
    return len(text.split()) >= 3 and bool(_NAMED.match(text))

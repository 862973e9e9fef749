"""What a term became: the renderings that raw translations gave it, by statistics of Chinese character runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.glossary_file import Concept
from pipeline.term_cover import find_starts

Role = Literal["preferred", "admitted", "avoid", "kept", "unknown"]

_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z][A-Za-z0-9-]+")
_LONGEST = 8
_LEAST_SHARE, _MOST_CHANCE = 0.6, 1e-3
_CANDIDATES = 400
_FUNCTION = re.compile("[的了在是和与这那们将把被以及而也很]")


@dataclass(frozen=True, slots=True)
class Sample:
    """One unit: its English and the machine's Chinese before post-editing."""

    place: str
    """Issue and unit, such as `2020-week-45 e3/p2`."""
    source: str
    raw: str


@dataclass(frozen=True, slots=True)
class Rendering:
    """One Chinese expression and in how many samples with the term it stands."""

    text: str
    role: Role
    """What the glossary says of it."""
    samples: int
    elsewhere: int
    """Samples without the term in which it stands too."""
    example: str
    """Place of the first sample."""


def find_renderings(
    with_term: Sequence[Sample], without_term: Sequence[Sample], concept: Concept | None
) -> tuple[Rendering, ...]:
    """List renderings, the known ones first: those of the glossary, then what is typical of the samples left over."""
    known = _known(concept) if concept else []
    found = [_rendering(text, role, with_term, without_term) for text, role in known]
    left = [sample for sample in with_term if not any(_stands(text, sample) for text, _ in known)]
    while left:
        text = _most_typical(left, without_term, len(with_term))
        if not text:
            break
        found.append(_rendering(text, "unknown", left, without_term))
        left = [sample for sample in left if not _stands(text, sample)]
    order = {"unknown": 1}
    return tuple(sorted((one for one in found if one.samples), key=lambda one: (order.get(one.role, 0), -one.samples)))


def _known(concept: Concept) -> list[tuple[str, Role]]:
    main: Role = "kept" if concept.policy == "keep" else "preferred"
    admitted: list[tuple[str, Role]] = [(text, "admitted") for text in concept.admitted]
    return [(concept.zh_hans, main), *admitted, *((text, "avoid") for text in concept.avoid)]


def _rendering(text: str, role: Role, inside: Sequence[Sample], outside: Sequence[Sample]) -> Rendering:
    found = [sample for sample in inside if _stands(text, sample)]
    elsewhere = sum(_stands(text, sample) for sample in outside)
    return Rendering(text, role, len(found), elsewhere, found[0].place if found else "")


def _stands(text: str, sample: Sample) -> bool:
    return next(find_starts(text, sample.raw), None) is not None


def _most_typical(inside: Sequence[Sample], outside: Sequence[Sample], total: int) -> str:
    """The expression that stands in most of the samples and hardly anywhere else; empty when none is typical."""
    counts = Counter(run for sample in inside for run in set(_runs(sample)))
    weights: dict[str, float] = {}
    for run, count in counts.most_common(_CANDIDATES):
        share, chance = _typical(run, count, len(inside), outside)
        if share >= _LEAST_SHARE and chance <= _MOST_CHANCE and (count > 1 or total == 1):
            weights[run] = count * share
    return max(weights, key=lambda run: (weights[run], len(run)), default="")


def _typical(run: str, count: int, samples: int, outside: Sequence[Sample]) -> tuple[float, float]:
    """How surely the term stands where the expression does, and how likely it would stand in so many by chance."""
    rate = sum(run in sample.raw for sample in outside) / (len(outside) or 1)
    share = count / samples / (count / samples + 3 * rate)
    return share, rate**count


def _runs(sample: Sample) -> Iterator[str]:
    """Runs of two and more Han characters without function words at their ends, and words that are not English ones."""
    for match in _RUN.finditer(sample.raw):
        run = match.group()
        if run[0].isascii():
            if run.lower() not in sample.source.lower():
                yield run
            continue
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + _LONGEST) + 1):
                if not _FUNCTION.search(run[start] + run[end - 1]):
                    yield run[start:end]

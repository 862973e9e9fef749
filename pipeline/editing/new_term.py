"""A glossary entry that a reviewer adds from the page: appended to a file of its own, checked before it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.glossary import Glossary, find_terms
from pipeline.locales import Locale, regional
from pipeline.records import Policy, Unit

FILE = "from_review.yaml"
_HEAD = "# Terms that reviewers added while they read. Move them to the other files when they are settled.\n"
_SIMPLIFY = {"zh-Hant-TW": "tw2sp", "zh-Hant-HK": "hk2s"}


@dataclass(frozen=True, slots=True)
class NewTerm:
    """What a reviewer says about a term."""

    term: str
    policy: Policy
    rendering: str
    by: str
    day: str
    """ISO day."""


def with_term(text: str, new: NewTerm, locale: Locale) -> str:
    """Append an entry to a glossary file's text; what stands there keeps its bytes."""
    fields = {"term": new.term, "policy": new.policy, **_renderings(new, locale)}
    fields |= {"source": f"review by {new.by}", "date": new.day}
    lines = [f"  {key}: {json.dumps(' '.join(value.split()), ensure_ascii=False)}" for key, value in fields.items()]
    start = text or _HEAD
    return start + ("" if start.endswith("\n") else "\n") + "-" + "\n".join(lines)[1:] + "\n"


def _renderings(new: NewTerm, locale: Locale) -> Mapping[str, str]:
    if new.policy == "keep":
        return {}
    if locale.tag in _SIMPLIFY:
        return {"zh-Hans": regional(_SIMPLIFY[locale.tag])(new.rendering), locale.tag: new.rendering}
    return {"zh-Hans": new.rendering}


def units_with(units: tuple[Unit, ...], glossary: Glossary, term: str) -> tuple[str, ...]:
    """List the ids of the units whose English holds the concept with this head form."""
    ids = {concept.id for concept in glossary.concepts if concept.term == term}
    return tuple(unit.id for unit in units if any(match.concept in ids for match in find_terms(unit.source, glossary)))

"""Which units a changed glossary touches, and what people's texts say against it."""

from __future__ import annotations

import pytest

from pipeline.bilingual import Saved
from pipeline.glossary import Glossary, parse_glossary
from pipeline.records import Document, Issue, IssueResult, Span, Unit, UnitResult
from pipeline.terms.impact import affected_units, changed_entries, unit_changes

NETWORK = "- term: network\n  policy: translate\n  zh-Hans: 网络\n"
GAN = "- term: GAN\n  policy: keep\n"


def glossary(*entries: str) -> Glossary:
    return parse_glossary({"f": "".join(entries)})


def saved(source: str, target: str = "", persons: bool = False) -> Saved:
    return Saved("p1", source, target, persons, False, "", "", "", "")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((NETWORK,), (NETWORK,), []),
        ((NETWORK,), (GAN, NETWORK), [("gan", "added")]),
        ((GAN, NETWORK), (NETWORK,), [("gan", "removed")]),
        ((NETWORK,), (NETWORK.replace("网络", "网"),), [("network", "changed")]),
        ((NETWORK,), (NETWORK + "  note: seen\n  date: 2026-11-21\n",), []),
        ((NETWORK,), ("# moved\n\n" + NETWORK,), []),
    ],
    ids=["same", "added", "removed", "changed", "only a note", "only its place"],
)
def test_changed_entries(old: tuple[str, ...], new: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    assert [(change.id, change.kind) for change in changed_entries(glossary(*old), glossary(*new))] == expected


@pytest.mark.parametrize(
    ("source", "old", "new", "expected"),
    [
        ("A network.", (NETWORK,), (NETWORK.replace("网络", "网"),), {"p1": ("network",)}),
        ("A model.", (NETWORK,), (NETWORK.replace("网络", "网"),), {}),
        ("A network.", (NETWORK,), (NETWORK + "  avoid: [网子]\n",), {"p1": ("network",)}),
        ("A network.", (NETWORK,), (NETWORK + "  forms: [net]\n",), {}),
        ("A net.", (NETWORK,), (NETWORK + "  forms: [net]\n",), {"p1": ("network",)}),
        ("A GAN network.", (NETWORK,), (NETWORK, GAN), {"p1": ("gan",)}),
        (
            "A neural network.",
            (NETWORK,),
            (NETWORK, "- term: neural network\n  policy: translate\n  zh-Hans: 神经网络\n"),
            {"p1": ("network", "neural-network")},
        ),
    ],
)
def test_affected_units(
    source: str, old: tuple[str, ...], new: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    assert affected_units([saved(source)], glossary(*old), glossary(*new), "zh-Hans") == expected


@pytest.mark.parametrize(
    ("target", "persons", "contradictions"),
    [("一个网络。", True, 1), ("一个网。", True, 0), ("一个网络。", False, 0)],
    ids=["a person's old term", "a person's new term", "a machine's"],
)
def test_peoples_texts(target: str, persons: bool, contradictions: int) -> None:
    new = glossary(NETWORK.replace("网络", "网") + "  avoid: [网络]\n")
    unit = Unit("p1", "paragraph", Span(0, 10), "A network.", (), 0)
    done = UnitResult(unit, "", "", "一个网。", (), (), (), "machine", "translated")
    result = IssueResult(Document(Issue("x", "", ""), (), (unit,)), "zh-Hans", (done,), "", (), "")
    (change,) = unit_changes(result, [saved("A network.", target, persons)], {"p1": ("network",)}, new)
    assert (change.before, change.after, len(change.contradictions) > 0) == (target, "一个网。", bool(contradictions))

"""Our files in another program's hands: translate-toolkit reads them, edits them, and we read them back."""

from __future__ import annotations

import io

import pytest

from pipeline.bilingual import read_bilingual
from pipeline.interchange.formats import read_rows
from pipeline.interchange.merge import apply_plan, plan_import
from tests.interchange_example import ENDINGS, PAIRS, SIGNATURE, example, exported

STORES = {
    "xliff": ("translate.storage.xliff", "xlifffile"),
    "xliff2": ("translate.storage.xliff2", "Xliff2File"),
    "tmx": ("translate.storage.tmx", "tmxfile"),
    "po": ("translate.storage.pypo", "pofile"),
    "csv": ("translate.storage.csvl10n", "csvfile"),
}
PLAIN = {0: PAIRS[0], 4: ("A text that somebody edited", "有人改过两次的文字"), 5: PAIRS[5]}
"""Units without markup, by place."""


def opened(form: str):
    """The exported example as translate-toolkit holds it."""
    module, name = STORES[form]
    storage = pytest.importorskip(module, reason="translate-toolkit is not installed")
    return getattr(storage, name).parsestring(exported(example(), form).encode("utf-8"))


def units_of(store):
    return [unit for unit in store.units if not unit.isheader()]


def saved_by(store) -> bytes:
    out = io.BytesIO()
    store.serialize(out)
    return out.getvalue()


@pytest.mark.parametrize("form", ["xliff", "xliff2", "tmx", "po"])
def test_another_program_reads_all_units(form):
    units = units_of(opened(form))
    assert len(units) == len(PAIRS)
    assert {place: (str(units[place].source), str(units[place].target)) for place in PLAIN} == PLAIN


@pytest.mark.parametrize("form", ["xliff", "po"])
def test_another_program_sees_what_is_approved(form):
    units = units_of(opened(form))
    fuzzy = [not unit.isapproved() for unit in units] if form == "xliff" else [unit.isfuzzy() for unit in units]
    assert fuzzy == [True, True, True, form == "xliff", True, False]


@pytest.mark.parametrize("form", ["xliff", "xliff2", "tmx", "po"])
def test_saving_in_another_program_changes_nothing_here(form):
    text = example()
    plan = plan_import(read_bilingual(text, "x.po"), back(opened(form), form), SIGNATURE)
    assert (plan.changes, plan.conflicts) == ({}, ())


@pytest.mark.parametrize("form", ["xliff", "xliff2", "tmx", "po"])
def test_an_edit_in_another_program_comes_in(form):
    text, store = example(), opened(form)
    units_of(store)[0].target = "第 41 周（2020 年）"
    plan = plan_import(read_bilingual(text, "x.po"), back(store, form), SIGNATURE)
    assert (list(plan.changes), plan.conflicts) == (["e1/p1"], ())
    written = apply_plan(text, "x.po", plan)
    assert read_bilingual(written, "x.po").entries[0].target == "第 41 周（2020 年）"


def back(store, form: str):
    return read_rows(saved_by(store), f"x{ENDINGS[form]}", "zh-Hans")

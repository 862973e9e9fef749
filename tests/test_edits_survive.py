"""Whatever happens in whatever order, no text that a person wrote is lost."""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

from desk_example import GLOSSARY, Workplace
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from pipeline.editing.edits import entry_digest
from pipeline.editing.rebuild import announced
from pipeline.errors import ConflictError, InputError
from pipeline.web.desk_actions import (
    adopt_hand_edits,
    approve_clean,
    bring_up_to_date,
    change_unit,
    signed,
    undo,
)

WORDS = ("teacher", "network", "picture", "sentence", "number", "language", "memory", "student", "answer", "question")
UNIT = st.integers(0, 40)


def paragraph(number: int) -> str:
    chosen = random.Random(number).choices(WORDS, k=9)
    return f"The {' '.join(chosen)} of story {number} is here."


class Review(RuleBasedStateMachine):
    """A reviewer, an author, a terminologist, and a machine that stops at any moment."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="survive"))
        self.paragraphs = [paragraph(number) for number in range(4)]
        self.written = 4
        self.place = Workplace(self.root / "work", {"one": self._english()})
        self.place.translate("one")
        self.desk = self.place.desk()
        self.alive: set[str] = set()
        """Texts that a person wrote and did not take back."""
        self.past: list[list[tuple[str, str]]] = []
        """For each step that can be undone: the texts it removed and wrote."""
        self.number = 0

    def teardown(self) -> None:
        self.desk.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def _english(self) -> str:
        return "# Stories\n\n" + "\n\n".join(self.paragraphs) + "\n"

    def _save_english(self) -> None:
        (self.place.source / "one.md").write_text(self._english(), encoding="utf-8")

    def _unit(self, pick: int) -> str:
        units = [unit.id for unit in self.desk.open("one", 0).units]
        return units[pick % len(units)]

    def _change(self, unit: str, kind: str, text: str = "") -> bool:
        try:
            seen = entry_digest(self.desk.open("one", 0).entry(unit))
            change_unit(self.desk, "one", unit, seen, signed(self.desk, kind, text), confirmed=True)
        except InputError:
            return False
        return True

    @rule(pick=UNIT)
    def edit(self, pick: int) -> None:
        unit, self.number = self._unit(pick), self.number + 1
        text = f"人工写的第 {self.number} 句。"
        saved = self.desk.open("one", 0).saved.get(unit)
        old = saved.target if saved else ""
        if self._change(unit, "edit", text):
            self.past.append([(old if old in self.alive else "", text)])
            self.alive = (self.alive - {old}) | {text}

    @rule(pick=UNIT)
    def approve(self, pick: int) -> None:
        if self._change(self._unit(pick), "approve"):
            self.past.append([])

    @rule()
    def approve_what_is_clean(self) -> None:
        units = [unit.id for unit in self.desk.open("one", 0).units]
        if approve_clean(self.desk, "one", units).units:
            self.past.append([])

    @rule()
    def take_back(self) -> None:
        try:
            done = undo(self.desk, "one").units
        except (ConflictError, InputError):
            self.past.pop()
            return
        for old, new in self.past.pop() if self.past else ():
            if done:
                self.alive = (self.alive - {new}) | ({old} - {""})

    @rule()
    def translate(self) -> None:
        try:
            self.place.translate("one")
        except ConflictError:
            assert self.desk.open("one", 0).hand_edits()

    @rule()
    def update_from_the_page(self) -> None:
        bring_up_to_date(self.desk, "one")

    @rule()
    def stop_the_server(self) -> None:
        self.desk.close()
        self.desk = self.place.desk()
        self.past = []

    @rule(pick=UNIT)
    def stop_between_the_two_files(self, pick: int) -> None:
        old = self.place.chinese("one")
        self.edit(pick)
        new = self.place.chinese("one")
        bilingual = announced(self.place.bilingual("one"), new, old)
        (self.place.folder / "one.po").write_text(bilingual, encoding="utf-8")
        (self.place.folder / "one.md").write_text(old, encoding="utf-8")
        self.stop_the_server()

    @rule(pick=UNIT)
    def correct_the_english(self, pick: int) -> None:
        place = pick % len(self.paragraphs)
        self.paragraphs[place] = self.paragraphs[place].replace("is here", "was here again")
        self._save_english()

    @rule(pick=UNIT)
    def add_a_paragraph(self, pick: int) -> None:
        self.paragraphs.insert(pick % (len(self.paragraphs) + 1), paragraph(self.written))
        self.written += 1
        self._save_english()

    @rule(pick=UNIT)
    def remove_a_paragraph(self, pick: int) -> None:
        if len(self.paragraphs) > 1:
            self.paragraphs.pop(pick % len(self.paragraphs))
            self._save_english()

    @rule()
    def reorder(self) -> None:
        self.paragraphs.reverse()
        self._save_english()

    @rule(pick=st.integers(0, 3))
    def change_the_glossary(self, pick: int) -> None:
        text = GLOSSARY + f"- term: {WORDS[1 + pick]}\n  policy: translate\n  zh-Hans: 术语{pick}\n"
        (self.place.glossary / "terms.yaml").write_text(text, encoding="utf-8")

    @rule(pick=UNIT)
    def edit_by_hand_and_take_over(self, pick: int) -> None:
        opened = self.desk.open("one", 0)
        self.number += 1
        text = f"手改的第 {self.number} 句。"
        shown = [saved.target for unit, saved in opened.saved.items() if opened.is_current(unit) and saved.target]
        old = shown[pick % len(shown)] if shown else ""
        chinese = self.place.chinese("one")
        if not opened.is_ours or chinese.count(old) != 1 or self.place.bilingual("one").count(old) != 1:
            return
        (self.place.folder / "one.md").write_text(chinese.replace(old, text), encoding="utf-8")
        adopt_hand_edits(self.desk, "one")
        self.alive = (self.alive - {old}) | {text}

    @invariant()
    def nothing_is_lost(self) -> None:
        if hasattr(self, "place"):
            bilingual = self.place.bilingual("one")
            copies = "".join(path.read_text(encoding="utf-8") for path in self.place.folder.glob("*.bak*"))
            lost = {text for text in self.alive if text not in bilingual}
            assert {text for text in lost if text not in copies} == set()


Review.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
TestReview = Review.TestCase

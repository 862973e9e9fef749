"""What the model left out: read from attention, checked against the answer, mended where that helps, and said."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_engine import FakeEngine, blind_to, faithful

from pipeline.attempt import Draft
from pipeline.bilingual import Bilingual
from pipeline.decode import translate_all
from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine import Hypothesis, Request
from pipeline.engine_ct2 import find_engine
from pipeline.glossary import parse_glossary
from pipeline.locales import find_locale
from pipeline.omissions import content_words, find_stretches, left_out, unseen, weighty
from pipeline.parts import Segment
from pipeline.records import Issue, IssueResult
from pipeline.review import all_findings
from pipeline.review_html import render_html
from pipeline.translate import Tools, translate_issue

PIECES = ("▁One", "▁un", "seen", "▁stretch", "▁here", ".")
LOST = "methods"
LONG = f"The authors compare two {LOST} here, and the results are shown below."


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(0.5, 0.1, 0.1, 0.1, 0.1, 0.1), (0.0, 0.2, 0.2, 0.0, 0.3, 0.3)], ("stretch",)),
        ([(0.5, 0.1, 0.1, 0.1, 0.1, 0.1), (0.1, 0.1, 0.1, 0.0, 0.4, 0.3)], ("unseen stretch",)),
        ([(0.0, 0.0, 0.0, 1.0, 0.0, 0.0)], ("One unseen", "here.")),
        ([], ("One unseen stretch here.",)),
    ],
)
def test_a_word_is_seen_when_one_step_looks_at_its_pieces(rows, expected):
    assert unseen(PIECES, rows, 0.3) == expected


@pytest.mark.parametrize(
    ("stretches", "known", "expected"),
    [
        (("of the", "that is"), (), ()),
        (("the best practices on",), (), ("best practices",)),
        (("discuss <t0>, results",), (), ("discuss", "results")),
        (("neural network",), ("neural network",), ()),
        (("it’s", "don't"), (), ()),
    ],
)
def test_only_words_of_content_weigh(stretches, known, expected):
    assert weighty(stretches, known) == expected


def test_words_of_content_come_once():
    assert content_words(("best practices", "of practices")) == ["best", "practices"]


@pytest.mark.parametrize(
    ("chinese", "expected"),
    [
        ("最佳实践", ()),
        ("最好的实践", ("best practices",)),
        ("最佳", ("best practices",)),
        ("practices 最佳", ()),
        ("别的", ("best practices",)),
    ],
)
def test_what_stands_in_the_answer_is_not_left_out(chinese, expected):
    renderings = {"best": ["最佳。", "最棒"], "practices": ["实践"]}
    assert left_out(("best practices",), "Best practices.", chinese, renderings) == expected


def test_a_word_said_twice_must_stand_twice():
    renderings = {"models": ["模型"]}
    assert left_out(("models",), "A model for models.", "模型", renderings) == ("models",)
    assert left_out(("models",), "A model for models.", "模型的模型", renderings) == ()


@pytest.mark.parametrize(
    ("stretch", "found"),
    [
        ("best practices", ["best *practices"]),
        ("Best", ["best"]),
        ("old", ["old"]),
        ("all methods", ["methods"]),
        ("prac", []),
        ("", []),
    ],
)
def test_stretches_are_found_in_the_english(stretch, found):
    text = "Old: the best *practices* for all [old](u) methods."
    assert [text[span.start : span.end] for span in find_stretches(text, [stretch])] == found


def climb(engine: FakeEngine, text: str) -> Draft:
    return translate_all([Segment(text, {})], engine, None)[0]


def test_the_answer_that_leaves_out_least_is_taken():
    engine = FakeEngine([Hypothesis("快的猫跑", -0.1, ("slowly",)), Hypothesis("快的猫慢慢跑", -0.2)])
    assert climb(engine, "A quick cat runs slowly").text == "快的猫慢慢跑"


def test_what_is_left_out_is_looked_for_and_said():
    engine = FakeEngine([Hypothesis("快的猫跑了步", -0.1, ("slowly",))], ["猫跑步去"], ["慢慢", "缓慢"])
    draft = climb(engine, "A quick cat runs slowly")
    assert (draft.text, draft.lost) == ("猫跑步去", ())
    engine = FakeEngine(*[[Hypothesis("快的猫跑了步", -0.1, ("slowly",))]] * 2, ["慢慢", "缓慢"])
    assert climb(engine, "A quick cat runs slowly").lost == ("slowly",)
    assert engine.asked[2:] == ["slowly"]


def test_a_sentence_is_cut_where_that_brings_words_back():
    draft = climb(FakeEngine(rule=blind_to(LOST)), LONG)
    first, second = LONG.split(", ")
    assert (draft.rung, draft.lost) == ("clauses", ())
    assert draft.text == f"{faithful(Request(first))[0]}，{faithful(Request(second))[0]}"


def test_a_sentence_stays_whole_where_cutting_does_not_help():
    def blind(request: Request) -> list[Hypothesis]:
        lost = (LOST,) if LOST in request.text and " " in request.text else ()
        return [Hypothesis(faithful(Request(request.text.replace(LOST, "")))[0] if lost else "方法", -0.1, lost)]

    draft = climb(FakeEngine(rule=blind), LONG)
    assert draft.rung == "plain"
    assert draft.lost == (LOST,)


@pytest.mark.parametrize(("left", "right"), ["()", "“”", '""'])
def test_no_cut_inside_brackets_and_quotes(left, right):
    text = f"They show {left}in all of these two {LOST}, and in all of the others{right} what it is."
    draft = climb(FakeEngine(rule=blind_to(LOST)), text)
    assert (draft.rung, draft.lost) == ("plain", (LOST,))


@pytest.mark.parametrize(("join", "rung"), [(", and", "clauses"), (" and", "plain")])
def test_a_bare_and_is_no_place_to_cut(join, rung):
    text = f"They also show these two {LOST}{join} in all of the others what it is."
    assert climb(FakeEngine(rule=blind_to(LOST)), text).rung == rung


def translated(text: str, *words: str) -> IssueResult:
    engine = CachedEngine(FakeEngine(rule=blind_to(*words)), Drafts(Path(":memory:")))
    return translate_issue(
        Issue("x", text, ""), Tools(find_locale("zh-Hans"), parse_glossary({}), engine, Bilingual(), None)
    )


def issue_findings(text: str, *words: str) -> list[tuple[str, str]]:
    found = all_findings(translated(text, *words))
    return [(finding.severity, finding.message) for finding in found if finding.check == "left out"]


def test_the_reviewer_is_told():
    said = "nothing in the Chinese seems to come from "
    assert issue_findings("They compare good old methods again here.\n") == []
    one = issue_findings("They compare good old methods again here.\n", "methods")
    assert one == [("minor", f"{said}“methods”")]
    two = issue_findings("They compare good old methods again here.\n", "methods", "compare")
    assert two == [("major", f"{said}“methods”, “compare”")]


def test_the_english_shows_what_is_left_out():
    page = render_html(translated("They compare good old methods again here.\n", "methods"))
    assert 'good old <span class="lost">methods</span> again' in page


def test_unseen_words_are_kept_with_the_draft(tmp_path):
    request, answer = Request("one two"), (Hypothesis("一", -0.5, ("two",)), Hypothesis("二", -0.6))
    drafts = Drafts(tmp_path / "drafts.sqlite")
    drafts.put("x", [(request, answer)])
    assert drafts.get("x", request) == answer


def test_the_embedded_model_tells_what_it_did_not_look_at(tmp_path):
    text = "The committee praised the careful experiments and the very generous travelling musicians of Bremen."
    (answer,) = find_engine("embedded", tmp_path, "zh-Hans").translate([Request(text)])
    words = text.rstrip(".").split()
    assert all(set(stretch.rstrip(".").split()) <= set(words) for h in answer for stretch in h.unseen)
    assert any(h.unseen for h in answer)

"""The main path: what the stages make of an issue, with models of every quality."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import SOURCES
from fake_engine import ADVERSARIES, SLOTS, FakeEngine, Rule, faithful, unexpected
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.bilingual import Bilingual, read_bilingual, write_bilingual
from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine import EchoEngine, Hypothesis
from pipeline.glossary import Glossary, parse_glossary
from pipeline.locales import find_locale
from pipeline.records import Issue, IssueResult
from pipeline.review import all_findings
from pipeline.skeleton import differences, skeleton
from pipeline.translate import STAGES, Tools, plan_issue, translate_issue

GLOSSARY = parse_glossary(
    {
        "a.yaml": "- term: GAN\n  policy: keep\n- term: software\n  policy: translate\n  zh-Hans: 软件\n"
        "  zh-Hant-TW: 軟體\n- term: network\n  policy: translate\n  zh-Hans: 网络\n  avoid: [山水]\n"
    }
)


def tools(
    engine: FakeEngine | EchoEngine, to: str = "zh-Hans", memory: Mapping[str, str] | None = None,
    glossary: Glossary = GLOSSARY,
) -> Tools:  # fmt: skip
    return Tools(find_locale(to), glossary, CachedEngine(engine, Drafts(Path(":memory:"))), Bilingual(), memory)


def run(text: str, rule: Rule = faithful, to: str = "zh-Hans", **more: object) -> IssueResult:
    slots = more.pop("slots", SLOTS)
    return translate_issue(Issue("x", text, ""), tools(FakeEngine(rule=rule, slots=slots), to, **more))  # type: ignore[arg-type]


def checks(result: IssueResult) -> set[str]:
    return {finding.check for finding in all_findings(result)}


def test_units_without_words_are_not_asked():
    text = "# GAN\n\n![](a.png)\n\nhttps://a.org/b\n\n`code`\n\n— — —\n"
    result = run(text, unexpected)
    assert result.text == text
    assert {unit.origin for unit in result.units} <= {"source"}


def test_what_is_switched_off_stays():
    text = "one line\n\n<!-- translate:off -->\n\nleft alone, please\n\n<!-- translate:on -->\n\nanother line\n"
    result = run(text)
    assert "left alone, please" in result.text
    assert "line" not in result.text.replace("left alone, please", "")


def test_memory_wins_over_the_model():
    result = run("# Topics\n\nsome words\n", memory={"Topics": "话题", "some words": "一些话"})
    assert result.text == "# 话题\n\n一些话\n"
    assert {(unit.origin, unit.state) for unit in result.units} == {("memory", "reviewed")}


def test_a_wrong_term_is_forced():
    result = run("The network is here.\n", lambda request: faithful(request))
    assert "网络" in result.text


def test_a_term_has_its_regional_rendering():
    assert "軟體" in run("The software is here.\n", to="zh-TW").text
    assert "軟件" in run("The software is here.\n", to="zh-HK").text


def test_a_model_that_loses_names_leaves_a_finding():
    result = run("They compare BYOL with SimCLR on images.\n", ADVERSARIES[0])
    assert "BYOL" in result.text
    assert "SimCLR" in result.text
    assert "placement" in checks(result)


def test_a_person_s_text_that_breaks_the_structure_stays_and_is_critical():
    text = "See [the paper](https://a.org).\n"
    first = run(text)
    po = re.sub(r'(msgid "See.*\nmsgstr ").*"', r'\1没有链接。"', write_bilingual(first, Bilingual()))
    saved = read_bilingual(po, "x.po")
    used = tools(FakeEngine(rule=faithful))
    result = translate_issue(Issue("x", text, ""), Tools(used.locale, used.glossary, used.engine, saved))
    assert result.text == "没有链接。\n"
    assert "critical" in {finding.severity for finding in all_findings(result)}


def test_progress_reaches_the_end():
    seen: list[tuple[int, int]] = []
    used = tools(FakeEngine(rule=faithful))
    translate_issue(
        Issue("x", "# One\n\nTwo words. Three more words.\n", ""),
        Tools(used.locale, used.glossary, used.engine, progress=lambda done, total: seen.append((done, total))),
    )
    assert seen[-1] == (3, 3)


def test_a_plan_asks_no_model():
    engine = FakeEngine(rule=unexpected)
    work = plan_issue(Issue("x", "# One\n\nTwo words about a GAN.\n", ""), tools(engine))
    assert [unit.unit.source for unit in work.units] == ["One", "Two words about a GAN."]
    assert engine.requests == []


def test_the_signature_says_what_made_the_result():
    signature = run("# One\n").signature
    for part in ("duizhao", "model fake", f"glossary {GLOSSARY.digest}", "memory 0", "zh-Hans"):
        assert part in signature


def test_stages_have_names_to_read():
    assert STAGES[0].__name__ == "protect_units"
    assert all(stage.__doc__ for stage in STAGES)


def test_the_same_run_gives_the_same_result(glossary):
    text = SOURCES[0].read_text("utf-8")
    assert run(text, glossary=glossary) == run(text, glossary=glossary)


@pytest.mark.parametrize("rule", [*ADVERSARIES, faithful], ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("slots", [SLOTS, ()], ids=["slots", "no slots"])
@pytest.mark.parametrize("path", SOURCES[:2], ids=lambda path: path.stem)
def test_no_model_can_break_an_issue(path, rule, slots, glossary):
    text = path.read_text("utf-8")
    result = run(text, rule, slots=slots, glossary=glossary)
    assert differences(skeleton(text), skeleton(result.text)) == ()
    for unit in result.units:
        assert [string for string in unit.protected if string not in unit.target] == []


def test_the_echo_of_an_issue_has_its_skeleton(glossary):
    text = SOURCES[0].read_text("utf-8")
    result = translate_issue(Issue("x", text, ""), tools(EchoEngine(), glossary=glossary))
    assert differences(skeleton(text), skeleton(result.text)) == ()


INLINE = st.sampled_from(
    [
        "a GAN", "**bold words**", "*slanted*", "[the link](https://a.org)", "`code()`", "$x^2$", "![](a.png)",
        "SimCLR", "13 billion", "<b>html</b>", "and", "the network.", "🎉", "**", "*", "https://b.org",
        "November 2, 2020", "1.",
        "“quoted”", "[**both** ways](u)", "It works.", "#",
        "-", ">", "|", "&amp;", "\\*", "~~gone~~", "[^1]", "\u00a0",
    ]
)  # fmt: skip
LINE = st.lists(INLINE, min_size=1, max_size=6).map(" ".join)
BLOCK = st.one_of(
    LINE,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "-", ">", "1.", "- >", "- [ ]"]), LINE),
    st.builds("{}\n{}".format, LINE, LINE),
    st.builds("| {} | b |\n|---|---|\n| {} | d |".format, LINE, LINE),
    st.builds("```\n{}\n```".format, LINE),
    st.sampled_from(["---", "<!-- comment -->", "<div>\nhtml\n</div>", "[^1]: A note.", "— —", "***bold slanted***"]),
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(BLOCK, max_size=6),
    st.sampled_from(["\n\n", "\n"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "\ufeff", "---\ntitle: Some words\n---\n"]),
    st.sampled_from([*ADVERSARIES, faithful]),
)
def test_any_markdown_keeps_its_skeleton(blocks, gap, ending, start, rule):
    text = (start + gap.join(blocks)).replace("\n", ending)
    result = run(text, rule)
    assert differences(skeleton(text), skeleton(result.text)) == ()


def test_what_the_model_was_not_sure_of_is_named():
    def rule(request):
        return (Hypothesis(faithful(request)[0], -9.0 if "strange" in request.text else -0.1),)

    long = " ".join(["strange", *["words"] * 30])
    result = run(
        f"# Strange\n\nA strange little story of GANs by 3 March. All is well.\n\n{long}\n\nGood words stand here.\n",
        rule,
    )
    told = [finding.message for finding in all_findings(result) if finding.check == "doubt"]
    assert told[0] == "the model was not sure of “A strange little story of GANs by 3 March.”"
    assert told[1].startswith("the model was not sure of “strange words words")
    assert told[1].endswith("words …”")
    assert len(told) == 2


def test_a_sentence_without_its_end_does_not_run_into_the_next():
    result = run(
        "Words are here. More words come! Is it so?\n", lambda request: [faithful(request)[0].rstrip("。！？")]
    )
    assert re.findall("[。！？]", result.text) == ["。", "！", "？"]

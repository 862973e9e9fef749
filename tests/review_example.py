"""A small translated issue made by hand, with every state and severity, for the tests of the review."""

from __future__ import annotations

from pipeline.records import (
    Document,
    Edit,
    Entry,
    Finding,
    Issue,
    IssueResult,
    Origin,
    Severity,
    Span,
    State,
    Unit,
    UnitKind,
    UnitResult,
)

SCRIPT = "<script>document.title = 'broken in'</script>"
IMAGE = "<img src=x onerror=\"document.title = 'broken in'\">"
LONG_URL = "https://papers.example.org/proceedings/2021/workshop-on-small-things/a-very-long-name.html"

Step = tuple[str, str, str]


def post_edit(raw: str, steps: list[Step]) -> tuple[str, tuple[Edit, ...]]:
    """Apply `(before, after, reason)` steps from left to right and record them as edits."""
    done, edits, at = "", [], 0
    for before, after, reason in steps:
        place = raw.index(before, at)
        done += raw[at:place] + after
        edits.append(Edit(Span(len(done) - len(after), len(done)), before, after, reason))
        at = place + len(before)
    return done + raw[at:], tuple(edits)


def finding(unit: str, check: str, severity: Severity, message: str) -> Finding:
    """Build a finding whose category follows from nothing but the test."""
    return Finding(check, "accuracy", severity, unit, message)


def unit_result(
    address: str,
    source: str,
    raw: str,
    steps: list[Step] | None = None,
    *,
    kind: UnitKind = "paragraph",
    target: str | None = None,
    protected: tuple[str, ...] = (),
    findings: tuple[Finding, ...] = (),
    origin: Origin = "machine",
    state: State = "translated",
    score: float | None = None,
    note: str = "",
) -> UnitResult:
    """Build one unit; its address begins with `e` and the entry's number."""
    machine, edits = post_edit(raw, steps or [])
    entry = int(address[1 : address.index("/")])
    unit = Unit(address, kind, Span(0, 0), source, (), entry)
    shown = machine if target is None else target
    return UnitResult(unit, raw, machine, shown, edits, protected, findings, origin, state, score, note)


SPACING = "spacing: Han and Latin"
WIDTH = "punctuation: full width in prose"

UNITS = (
    unit_result(
        "e0/h",
        "Small Models Weekly, Issue 7",
        "小模型周刊,第7期",
        [(",", "，", WIDTH), ("7", " 7 ", SPACING)],
        kind="heading",
        score=-0.12,
    ),
    unit_result(
        "e0/p1",
        "Welcome back! This week we look at *three* ways of doing more with less, and at one of doing less with more.",
        "欢迎回来!本周我们看看*三种*少花钱多办事的方法,以及一种多花钱少办事的方法。",
        [("!", "！", WIDTH), (",", "，", WIDTH)],
        score=-0.31,
    ),
    unit_result(
        "e1/h",
        "A Tiny Teacher for Large Students",
        "A Tiny Teacher for Large Students",
        kind="heading",
        protected=("A Tiny Teacher for Large Students",),
    ),
    unit_result(
        "e1/p1",
        "The authors show that **GANs** need no large teacher: a network of 4.2 million weights is enough to "
        f"[beat the baseline]({LONG_URL}) on CIFAR-10.",
        f"作者表明,**甘斯**不需要大型教师:420万个权重的网络足以在CIFAR-10上[击败基线]({LONG_URL})。",
        [
            (",", "，", WIDTH),
            ("甘斯", "GAN ", "term: GAN"),
            (":", "：", WIDTH),
            ("420万", "420 万", SPACING),
            ("CIFAR-10", " CIFAR-10 ", SPACING),
        ],
        protected=("GAN", "CIFAR-10", LONG_URL),
        score=-0.58,
    ),
    unit_result(
        "e1/p2",
        "Accuracy rises from 71.3% to 74.8%, and training takes 12 hours on one A100 instead of 90.",
        "准确率从71.3%上升到74.8%,在一台A100上训练需要12小时。",
        [
            ("71.3%", " 71.3% ", SPACING),
            ("74.8%", " 74.8%", SPACING),
            (",", "，", WIDTH),
            ("A100", " A100 ", SPACING),
            ("12", " 12 ", SPACING),
        ],
        protected=("A100",),
        findings=(
            finding("e1/p2", "numbers", "critical", "90 stands in the English and not in the Chinese"),
            finding("e1/p2", "length", "minor", "the Chinese is short for its English"),
        ),
        score=-1.42,
    ),
    unit_result(
        "e1/p3",
        "We would still like to see it tried on speech.",
        "我们仍然希望看到它尝试演讲。",
        target="我们还是希望看到它在语音任务上的表现。",
        origin="person",
        state="reviewed",
        note="approved by Lin Mei, 2021-03-04",
    ),
    unit_result(
        "e2/h", "Attention, Please: Shorter Contexts", "请注意:更短的上下文", [(":", "：", WIDTH)], kind="heading"
    ),
    unit_result(
        "e2/p1",
        'The paper calls this "lazy attention": most heads look at the last word, a few look at the first.',
        '论文称之为"懒惰的注意力":大多数头部看最后一个词,少数头部看第一个词。',
        [
            ('"', "“", "punctuation: quotes"),
            ("懒惰的注意力", "惰性注意力", "term: lazy attention"),
            ('"', "”", "punctuation: quotes"),
            (":", "：", WIDTH),
            ("头部", "注意力头", "term: head"),
            (",", "，", WIDTH),
            ("头部", "注意力头", "term: head"),
        ],
        findings=(finding("e2/p1", "consistency", "neutral", "“attention head” is also rendered 头 in e4/p1"),),
        score=-0.77,
    ),
    unit_result(
        "e2/p2",
        f"Somebody put {SCRIPT} and {IMAGE} into the comments; we leave it here as a warning.",
        f"有人把{SCRIPT}和{IMAGE}放进评论里;我们把它留在这里作为警告。",
        [(";", "；", WIDTH)],
        findings=(finding("e2/p2", "markup", "major", f"HTML in prose: {SCRIPT}"),),
    ),
    unit_result(
        "e2/i1",
        "`top_k=1` halves the time; see `README.md` and @small_models for more.",
        "`top_k=1`将时间减半;更多信息见`README.md`和@small_models。",
        [("`top_k=1`", "`top_k=1` ", SPACING), (";", "；", WIDTH), ("`README.md`", " `README.md` ", SPACING)],
        kind="item",
        protected=("`top_k=1`", "`README.md`", "@small_models"),
    ),
    unit_result("e3/h", "One Stale Item", "一个陈旧的项目", kind="heading"),
    unit_result(
        "e3/p1",
        "The competition now ends on 30 April, and the prize has doubled.",
        "比赛现在于4月30日结束,奖金翻了一番。",
        [("4月30日", " 4 月 30 日", SPACING), (",", "，", WIDTH)],
        target="比赛将于 4 月 15 日结束，奖金翻了一番。",
        origin="person",
        state="stale",
        note="the English changed after Lin Mei approved it",
        findings=(finding("e3/p1", "stale", "major", "the English was “ends on 15 April”"),),
    ),
    unit_result(
        "e3/p2",
        "See you next week.",
        "",
        origin="memory",
        state="reviewed",
        target="下周见。",
        note="approved by Lin Mei in issue 6",
    ),
    unit_result(
        "e3/p3",
        "https://small.example.org/7",
        "",
        origin="source",
        target="https://small.example.org/7",
        protected=("https://small.example.org/7",),
    ),
    unit_result("e4/h", "Also Seen", "另请参阅", kind="heading"),
    unit_result("e4/p1", "Nothing was changed here.", "这里没有任何改动。"),
)

ENTRIES = (
    Entry("Small Models Weekly, Issue 7", 1, "other"),
    Entry("A Tiny Teacher for Large Students", 2, "paper"),
    Entry("Attention, Please: Shorter Contexts", 2, "article"),
    Entry("One Stale Item", 2, "other"),
    Entry("Also Seen", 2, "other"),
)

GENERAL = Finding("links", "design and markup", "minor", "", "the issue links to itself once")


def example(units: tuple[UnitResult, ...] = UNITS) -> IssueResult:
    """Build the issue, with other units if wanted."""
    document = Document(Issue("2021-07", "", "0" * 64), ENTRIES, tuple(result.unit for result in units))
    signature = "embedded model 1 · beam 4 · glossary 3f2a · memory 12 units · duizhao 1.0"
    return IssueResult(document, "zh-Hans", units, "", (GENERAL,), signature)

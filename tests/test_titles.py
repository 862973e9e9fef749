import pytest

from pipeline.titles import (
    card_title,
    emphasised_title,
    find_titles,
    is_paper,
    is_paper_link,
    looks_like_title,
    whole_line,
)

URL = "https://arxiv.org/abs/2010.07432"
LINK = f"[{URL}]({URL})"
BLOG = "https://example.org/post"


def texts(source: str, spans) -> list[str]:
    return [source[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "http://arxiv.org/pdf/1810.04805.pdf",
        "arxiv.org/abs/1810.04805v2",
        "https://openreview.net/forum?id=tW4QEInpni",
        "https://openreview.net/pdf?id=PxTIG12RRHS",
        "https://www.aclweb.org/anthology/P19-1459/",
        "https://aclanthology.org/2020.acl-main.1",
        "https://openaccess.thecvf.com/content_CVPR_2020/html/X.html",
        "https://proceedings.mlr.press/v97/x.html",
        "https://papers.nips.cc/paper/2020/hash/x",
        "https://doi.org/10.1000/182",
        "https://www.biorxiv.org/content/10.1101/x",
        "https://www.semanticscholar.org/paper/X/1",
        "https://distill.pub/2020/attribution-baselines/",
    ],
)
def test_addresses_of_papers(url):
    assert is_paper(url)


@pytest.mark.parametrize(
    "url",
    [
        BLOG,
        "https://arxiv.org/list/cs.CL/recent",
        "https://www.aclweb.org/anthology/events/acl-2020/",
        "https://github.com/google/jax",
        "https://notarxiv.org/abs/1",
        "https://www.nature.com/articles/d41586-019-03822-8",
    ],
)
def test_other_addresses(url):
    assert not is_paper(url)


@pytest.mark.parametrize(
    ("source", "titles"),
    [
        (f"Teaching Nets to See\n{LINK}", ["Teaching Nets to See"]),
        (f"*Teaching Nets to See*\n{URL}", ["Teaching Nets to See"]),
        (f"**Teaching Nets to See** <{URL}>", ["Teaching Nets to See"]),
        (f"***Teaching Nets to See*** {LINK}", ["Teaching Nets to See"]),
        (f"{LINK}\n*Teaching nets to see*", ["Teaching nets to see"]),
        (f"learning to see from human feedback\n{LINK}", ["learning to see from human feedback"]),
        (f"*Viewing Nets: Learning to See*{URL}[T21]({URL})", ["Viewing Nets: Learning to See"]),
        (f"*{URL}*Very deep nets see more", ["Very deep nets see more"]),
        (f"*Seeing by solving {URL} an equation*", ["Seeing by solving", "an equation"]),
        (f"*Refining views*\n{LINK} with soft nets", ["Refining views", "with soft nets"]),
        (f"Seeing by Solving Equations {URL} (an old idea)", ["Seeing by Solving Equations"]),
        (f"![](a.png)\n*Do nets see?*\n{LINK}\n![](b.png)", ["Do nets see?"]),
        (f"\\\\\n*Do nets see?*\n{LINK}", ["Do nets see?"]),
        (f"Seeing with *soft* nets {LINK}", ["Seeing with *soft* nets"]),
        (f"*Do Nets See?* [pdf]({URL})", ["Do Nets See?"]),
        (f"*Do nets see?*\n{URL}[]({URL})", ["Do nets see?"]),
        (f"[Do Wide Nets See Things]({URL})", ["Do Wide Nets See Things"]),
        (f"See [*Do Wide Nets See Things*]({URL}) for more.", ["Do Wide Nets See Things"]),
        (f"In [SoftNet: learning to see]({URL}) they do.", ["SoftNet: learning to see"]),
        (f"titled “[Evaluation of a seeing net]({URL})”.", ["Evaluation of a seeing net"]),
        (f"titled “[Do Wide Nets See]({BLOG}),” it", ["Do Wide Nets See"]),
        (f"We take [Seeing Nets for Beginners]({BLOG}) this week.", ["Seeing Nets for Beginners"]),
        (
            f"A [paper]({URL}) titled “Seeing with nets: what it takes, today” is out.",
            ["Seeing with nets: what it takes, today"],
        ),
        ("A talk called *“Nets That See,”* was held.", ["Nets That See"]),
        ("A talk called “nets that see” was held.", []),
        ("titled “Nets”", []),
        ("The videos of the “Wide Nets for Seeing” class are out.", ["Wide Nets for Seeing"]),
        ("Soft “Wide Nets for Seeing” Nets", []),
        ('The "first" Net, a Wide Net, said on "a day" that it sees.', []),
        ("The sign said “WIDE NETS SEE THINGS” to all of us.", []),
        ("They were “going to Wide Nets World” with all of us.", []),
        (f"See the [Great Talk called “Nets That See”]({BLOG}) in the hall.", ["Great Talk called “Nets That See”"]),
        ("A talk titled “Seeing *Nets that” see* well.", []),
        (f"You can DM [me on Twitter]({BLOG}) at any time.", []),
        (f"called “T[he Case for Seeing Nets]({BLOG})”", ["T", "he Case for Seeing Nets"]),
        (f"[Finding that large nets are redundant]({URL})", []),
        (f"Their [paper]({URL}) says so, and so does [this one]({URL}).", []),
        (f"A [paper]({URL}) on nets", []),
        (f"[Do Wide Nets See Things]({BLOG})", []),
        (f"They released the code.\n{URL}", []),
        (f"Read more in the paper: {URL}", []),
        (f"See {URL}", []),
        (f"[Sun et al., 2019]({URL}) and [Wolf Lee et al. (2020)]({URL})", []),
        (f"As [Ada Lovelace and colleagues]({URL}) argue", []),
        (f"Nets ([SoftNet]({URL}), [HardNet]({URL}))", []),
        (f"*Do Nets See?* and more at [a blog]({BLOG}) {URL}", []),
        ("word " * 40 + URL, []),
        (LINK, []),
    ],
)
def test_titles_by_structure(source, titles):
    assert texts(source, find_titles(source)) == titles


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (LINK, True),
        (f"<{URL}>", True),
        (f"![](a.png) {URL}", True),
        (f"{URL} words", False),
        (BLOG, False),
        ("", False),
    ],
)
def test_nothing_but_a_paper_link(source, expected):
    assert is_paper_link(source) is expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*Do nets see?*", ["Do nets see?"]),
        ("Do nets look", ["Do nets look"]),
        ("They show that nets see.", []),
        ("word " * 31, []),
        (f"Do nets see {BLOG}", []),
    ],
)
def test_short_line_of_its_own(source, expected):
    assert texts(source, whole_line(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("*Do Wide Nets See*", ["Do Wide Nets See"]), ("Do Wide Nets See", []), ("*a picture of nets*", [])],
)
def test_emphasised_title(source, expected):
    assert texts(source, emphasised_title(source)) == expected


@pytest.mark.parametrize(
    ("title", "url", "whole"),
    [
        ("Do nets see?", URL, True),
        ("owner/name", "https://github.com/owner/name", True),
        ("Owner/name", "https://github.com/owner/name/issues", True),
        ("A list of names", "https://github.com/owner/name", False),
        ("Do Nets See?", BLOG, False),
    ],
)
def test_card_title(title, url, whole):
    assert texts(title, card_title(title, url)) == ([title] if whole else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do Wide Nets See Things", True),
        ("Seeing With Nets in the Wild", True),
        ("Seeing what large networks learn", False),
        ("Two Words", False),
        ("a an of", False),
    ],
)
def test_title_case(text, expected):
    assert looks_like_title(text) is expected

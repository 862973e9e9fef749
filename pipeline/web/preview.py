"""How an issue looks when it is published: both languages rendered, block beside block. HTML in them is only shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin

from pipeline.assemble import assemble
from pipeline.front_matter import body_start
from pipeline.inline import environment
from pipeline.review_cells import Html, escape, tag
from pipeline.web.desk import Desk
from pipeline.web.frame import frame


def preview_page(desk: Desk, slug: str) -> str:
    """Render the whole issue in both languages."""
    opened = desk.open(slug, 0)
    english = render_blocks(opened.document.issue.text)
    chinese = render_blocks(assemble(opened.document, opened.targets()))
    locale = opened.tools.locale.tag
    rows = [
        tag("div", _side(one, "en"), _side(two, locale), class_="pair")
        for one, two in zip_longest(english, chinese, fillvalue=Html(""))
    ]
    back = tag("a", escape("← Back to the review"), href=f"/issue/{slug}")
    top = tag("header", tag("p", back, class_="where"), tag("h1", escape(f"{slug} · preview")), class_="top")
    heads = (tag("span", escape(name)) for name in ("English", "Chinese"))
    bar = tag("div", *heads, class_="pair heads", aria_hidden="true")
    return frame(f"{slug} · preview", [top, tag("main", bar, *rows, class_="preview", id="units")])


def preview_text(text: str, references: Mapping[str, str]) -> str:
    """Render one unit's text."""
    return str(_parser().renderInline(text, environment(references)))


def render_blocks(text: str) -> list[Html]:
    """Render a text, front matter left out, as one piece of HTML for each top-level block."""
    parser, state = _parser(), environment({})
    tokens = parser.parse(text[body_start(text) :], state)
    return [Html(str(parser.renderer.render(group, parser.options, state))) for group in _groups(tokens)]


def _groups(tokens: Sequence[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        groups[-1].append(token)
        depth += token.nesting
        if depth == 0:
            groups.append([])
    return [group for group in groups if group]


def _side(content: Html, language: str) -> Html:
    return tag("div", content, lang=language, dir="auto", class_="side")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    footnote_plugin(parser, inline=False, move_to_end=False)
    dollarmath_plugin(parser, allow_labels=False)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    return parser


def _image(_self: RendererProtocol, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Show where an image stands; it is not loaded, since it may lie on another machine."""
    words = tokens[index].content or str(tokens[index].attrGet("src") or "").rpartition("/")[2]
    return tag("span", escape(f"🖼 {words}"), class_="image")


def _link(_self: RendererProtocol, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    address = str(tokens[index].attrGet("href") or "")
    safe = address if address.startswith(("https://", "http://", "mailto:")) else "#"
    opening = tag("a", href=safe, title=address, rel="noopener noreferrer", target="_blank")
    return opening.removesuffix("</a>")

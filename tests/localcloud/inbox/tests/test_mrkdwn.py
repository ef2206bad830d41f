"""mrkdwn as Slack shows it, and nothing of it as markup."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from localcloud.inbox.emoji import EMOJI, emojize
from localcloud.inbox.mrkdwn import Reader, format_date, plain_text, render

REL = 'target="_blank" rel="noopener noreferrer nofollow"'
READER = Reader(ZoneInfo("America/New_York"), datetime(2026, 11, 24, 0, 2, tzinfo=UTC))  # 23 Nov, 19:02 there
EVENING = 1795478400  # 2026-11-24T00:00:00Z

TABLE = [
    ("*bold*", "<strong>bold</strong>"),
    ("_italic_", "<em>italic</em>"),
    ("~strike~", "<s>strike</s>"),
    ("`code`", "<code>code</code>"),
    ("*bold _both_*", "<strong>bold <em>both</em></strong>"),
    ("*a* and *b*", "<strong>a</strong> and <strong>b</strong>"),
    ("*a*, (*b*)!", "<strong>a</strong>, (<strong>b</strong>)!"),
    ("2*3*4", "2*3*4"),
    ("* not bold *", "* not bold *"),
    ("snake_case_name", "snake_case_name"),
    ("_snake_case in italics_", "<em>snake_case in italics</em>"),
    ("`*not bold* _nor italic_`", "<code>*not bold* _nor italic_</code>"),
    ("*`code` in bold*", "<strong><code>code</code> in bold</strong>"),
    ("*two\nlines*", "*two<br>lines*"),
    ("one\ntwo", "one<br>two"),
    ("```pre *x*\n  y```", "<pre><code>pre *x*\n  y</code></pre>"),
    ("a\n```\npre\n```\nb", "a<pre><code>pre</code></pre>b"),
    ("```a &lt;b&gt; &amp;&amp; c```", "<pre><code>a &lt;b&gt; &amp;&amp; c</code></pre>"),
    ("> quoted\nafter", "<blockquote>quoted</blockquote>after"),
    ("&gt; quoted\n&gt;twice", "<blockquote>quoted<br>twice</blockquote>"),
    (">>> all\nof it", "<blockquote>all<br>of it</blockquote>"),
    ("before\n> *q*", "before<blockquote><strong>q</strong></blockquote>"),
    ("<https://example.com/a_b_c|the run>", f'<a href="https://example.com/a_b_c" {REL}>the run</a>'),
    ("<https://example.com/?a=1&amp;b=2>",
     f'<a href="https://example.com/?a=1&amp;b=2" {REL}>https://example.com/?a=1&amp;b=2</a>'),
    ("*<https://example.com|bold link>*", f'<strong><a href="https://example.com" {REL}>bold link</a></strong>'),
    ("<mailto:night@example.com>", f'<a href="mailto:night@example.com" {REL}>night@example.com</a>'),
    ("see https://example.com/x.", f'see <a href="https://example.com/x" {REL}>https://example.com/x</a>.'),
    ("<@U123>", '<span class="mention">@U123</span>'),
    ("<#C1|dev-operations>", '<span class="mention">#dev-operations</span>'),
    ("<!here>", '<span class="mention alert">@here</span>'),
    ("<!subteam^S1|@platform>", '<span class="mention">@platform</span>'),
    (":zzz: and :no_such_thing:", "💤 and :no_such_thing:"),
    ("at 10:30:45", "at 10:30:45"),
    ("`:zzz:`", "<code>:zzz:</code>"),
    ("a &amp; b &lt;c&gt;", "a &amp; b &lt;c&gt;"),
    ("&amp;lt;", "&amp;lt;"),
    ("&nbsp;&quot;", "&amp;nbsp;&amp;quot;"),
    ("", ""),
    ("3 < 4 and 5 > 2", "3 &lt; 4 and 5 &gt; 2"),
    ("<>", "&lt;&gt;"),
    ("List<String> x", "List&lt;String&gt; x"),
]


@pytest.mark.parametrize(("text", "html"), TABLE, ids=[repr(row[0]) for row in TABLE])
def test_rendering(text: str, html: str) -> None:
    assert render(text, READER) == html


HOSTILE = [
    ("<script>alert(1)</script>", "script"),
    ("<javascript:alert(1)|click>", "click"),
    ("<JaVaScRiPt:alert(1)|click>", "click"),
    ("< javascript:alert(1)|click>", "click"),
    ("<data:text/html,x|click>", "click"),
    ("<vbscript:x|click>", "click"),
    ("<//example.com|click>", "click"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_other_schemes_are_only_their_label(text: str, shown: str) -> None:
    html = render(text, READER)
    assert "<a" not in html and "<script" not in html
    assert shown in html


def test_attributes_cannot_be_left() -> None:
    html = render('<https://example.com/"onmouseover="alert(1)|x>', READER)
    assert html == f'<a href="https://example.com/&quot;onmouseover=&quot;alert(1)" {REL}>x</a>'
    html = render('<!date^1^{date}|" onclick="x>', READER)
    assert 'title="&quot; onclick=&quot;x"' in html


def test_slots_cannot_be_forged() -> None:
    assert render("\x000\x00 `a` \x001\x00", READER) == "0 <code>a</code> 1"
    assert render("\u202eevil\u2066 \ud800", READER) == "evil ?"


@pytest.mark.parametrize(("form", "shown"), [
    ("{date_num}", "2026-11-23"),
    ("{date}", "November 23rd, 2026"),
    ("{date_short}", "Nov 23, 2026"),
    ("{date_long}", "Monday, November 23rd, 2026"),
    ("{date_pretty} at {time}", "today at 7:00 PM"),
    ("{time_secs}", "7:00:00 PM"),
    ("{ago}", "2 minutes ago"),
    ("{day_divider_pretty}", "today"),
])
def test_dates_in_the_readers_zone(form: str, shown: str) -> None:
    assert format_date(EVENING, form, READER) == shown
    assert f">{shown}</time>" in render(f"<!date^{EVENING}^{form}|fallback>", READER)


def test_dates_that_cannot_be() -> None:
    assert render(f"<!date^{EVENING}^{{nonsense}}|7 PM>", READER) == "7 PM"
    assert render("<!date^999999999999^{date}|later>", READER) == "later"
    assert render("<!date^now^{date}|soon>", READER) == "soon"
    assert render(f"<!date^{EVENING}^{{time}}^https://example.com/run|7 PM>", READER).startswith(
        f'<a href="https://example.com/run" {REL}><time')
    assert "<a" not in render(f"<!date^{EVENING}^{{time}}^javascript:x|7 PM>", READER)
    assert format_date(EVENING + 86_400, "{date_pretty}", READER) == "tomorrow"
    assert format_date(EVENING - 11 * 86_400, "{date}", READER) == "November 12th, 2026"


def test_plain_text_has_only_emoji_and_lines() -> None:
    assert plain_text("*a* :sunrise:\n<https://x|y> &amp;") == "*a* 🌅<br>&lt;https://x|y&gt; &amp;"


def test_emoji() -> None:
    assert emojize(":+1::skin-tone-3:") == "👍"
    assert emojize("::zzz::") == ":💤:"
    assert len(EMOJI) > 200
    assert all(name and not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789_+-") for name in EMOJI)


def test_long_hostile_text_ends_soon() -> None:
    import time

    begin = time.process_time()
    for piece in ("*a ", "_a", "`", "<", "~ ~", "*_~", ":", "> ", "```", "<a|", "&", "https://", "_ _a"):
        render(piece * 3000, READER)
    assert time.process_time() - begin < 10

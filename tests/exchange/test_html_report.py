import base64
import re
from hashlib import sha256

import pytest
from double_coded import give, read, spoken
from lxml import html
from quoted_study import build
from small_study import TRICKY_CODE, TRICKY_SPEAKER, build_study

from assistant.exchange.outgoing import outgoing
from assistant.exchange.report.drawing import inline
from assistant.exchange.study_files import study_file
from assistant.review import Basis, draw, finish
from store.coders import add_coder, set_role
from store.interviews import set_attributes
from store.milestones import keep_milestone
from store.values import CoderRole


def page(study, basis=None, who="ann"):
    return study_file(outgoing(study, basis or Basis(), who), "html").content.decode()


def words(tree, path):
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


@pytest.fixture
def study(tmp_path):
    """Ann and eve coded; eve is the second coder of a finished double coding of I1; two interviews are of one kind."""
    with build(tmp_path) as made:
        for name, role in (("ann", CoderRole.LEAD), ("eve", CoderRole.SECOND)):
            add_coder(made, name, by="ann")
            set_role(made, name, role, by="ann")
        for label, kind in (("I1", "firm"), ("I2", "club"), ("I3", "firm")):
            set_attributes(made, label, {"kind_of_place": kind})
        read(made, "ann", spoken(made))
        keep_milestone(made, "ann", "Before", "")
        draw(made, "ann", "Round", "eve", interviews=["I1"], seed=1)
        read(made, "eve", spoken(made, "I1"))
        finish(made, "eve", anyway=True)
        yield made


def test_a_report_has_every_part(study):
    """Interviews, codebook with counts, matrix, quotes, saturation, agreement, relations; each linked from the top."""
    tree = html.fromstring(page(study))
    assert [link.get("href") for link in tree.xpath("//nav//a")] == [
        "#interviews", "#codebook", "#matrix", "#quotes", "#saturation", "#agreement", "#relations", "#made",
    ]  # fmt: skip
    assert all(tree.xpath(f"//*[@id='{link.get('href')[1:]}']") for link in tree.xpath("//nav//a"))
    assert words(tree, "//p[@class='basis']") == ["Confirmed codings of all coders."]
    codes = words(tree, "//*[@class='tree']//li/span")
    assert codes[:4] == ["compute", "0 codings in 0 interviews, 7 with all below", "queue", "5 codings in 3 interviews"]
    row = next(row for row in tree.xpath("//*[contains(@class,'heat')]//tbody/tr") if "queue" in row.text_content())
    assert [cell.text for cell in row.xpath("td")] == ["3", "1", "1", "5", "3"]
    assert [cell.get("class") for cell in row.xpath("td")][:2] == ["cell s5", "cell s2"]
    assert words(tree, "//h3")[-1].startswith("ann and eve, “Round”") or "ann and eve, “Round”" in words(tree, "//h3")
    assert "All pooled" in words(tree, "//section[@aria-labelledby='agreement']//th[@scope='row']")
    titles = [figure.get("aria-label") for figure in tree.xpath("//svg[@role='img']")]
    assert any(title.startswith("New codes") for title in titles)
    assert any("by kind_of_place" in title for title in titles)
    assert not any("by region" in title for title in titles)


def test_every_quote_is_there_with_an_address_of_its_own(study):
    """Under its code, exact, with its citation and who gave each code."""
    tree = html.fromstring(page(study))
    quotes = tree.xpath("//*[@class='quote']")
    assert [quote.get("id") for quote in quotes] == [f"quote-{number}" for number in range(1, len(quotes) + 1)]
    first = " ".join(quotes[0].text_content().split())
    assert first.startswith(
        "“We wait in a queue for machines. It takes weeks, and nobody likes that at all.” (I1, 00:00:10)"
    )
    assert "queue (ann, eve) · cost (eve)" in first
    assert len(tree.xpath("//details[contains(@class,'theme')]")) == 2


def test_nothing_is_loaded_and_one_script_may_run(study):
    """No address but those of names of SVG; the policy allows the one script that the page carries, by its hash."""
    text = page(study)
    tree = html.fromstring(text)
    (script,) = tree.xpath("//script")
    digest = base64.b64encode(sha256(script.text.encode()).digest()).decode()
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert set(re.findall(r"https?://[^\s\"'<)]+", text)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert not tree.xpath("//link | //img | //iframe | //object | //*[@src]")
    assert all(link.get("href").startswith("#") for link in tree.xpath("//a"))
    ids = tree.xpath("//@id")
    assert len(set(ids)) == len(ids)


def test_what_people_said_is_never_markup(tmp_path):
    """Names of codes, speakers, attributes and titles that look like html are shown as they are, in figures too."""
    with build_study(tmp_path) as study:
        attack = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
        set_attributes(study, "I1", {attack: attack})
        read(study, "Ana", spoken(study))
        give(study, "Ana", spoken(study, "I1")[1], TRICKY_CODE, memo=attack)
        give(study, "Ana", spoken(study, "I1")[1], "Failed runs")
        text = page(study, who=attack)
    tree = html.fromstring(text)
    assert len(tree.xpath("//script")) == 1
    assert not tree.xpath("//img | //b | //*[@onerror]")
    assert TRICKY_SPEAKER in tree.text_content()
    assert TRICKY_CODE in words(tree, "//*[@class='name']")
    assert any(TRICKY_CODE in each.text_content() for each in tree.xpath("//svg"))
    assert attack in words(tree, "//section[@aria-labelledby='interviews']//th")


def test_a_study_that_nobody_has_read_yet_makes_a_report(tmp_path):
    """Its interviews have attributes, so that there is a table without columns."""
    with build_study(tmp_path) as untouched:
        tree = html.fromstring(page(untouched))
    assert "Borrowed machines" in tree.text_content()
    assert not tree.xpath("//blockquote")


def test_agreement_is_told_only_as_far_as_the_basis_goes(study):
    """Not at a milestone before the double coding ended, and not in a report about another coder."""
    from store.milestones import milestones

    (before,) = milestones(study)
    assert 'aria-labelledby="agreement"' not in page(study, Basis(through=before.through))
    assert 'aria-labelledby="agreement"' in page(study, Basis(coder="eve"))


def test_a_drawing_keeps_shapes_alone():
    """Scripts, foreign content, links and handlers are taken out; names are told apart; entities are not resolved."""
    svg = (
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="10" height="5">'
        b'<defs><clipPath id="clip0"><rect width="1"/></clipPath></defs><script>alert(1)</script><g onclick="x()" '
        b'clip-path="url(#clip0)"><text>&lt;b&gt;&x;</text></g><a xlink:href="http://x.y"><text>z</text></a>'
        b"<foreignObject><p>q</p></foreignObject></svg>"
    )
    found = str(inline(svg, "k", "A <title>"))
    assert 'viewBox="0 0 10 5"' in found
    assert 'id="k-clip0"' in found
    assert "url(#k-clip0)" in found
    assert 'aria-label="A &lt;title&gt;"' in found
    assert not re.search(r"script|onclick|foreignObject|href|root:|x\.y", found)
    assert "&lt;b&gt;" in found

"""Only shapes and text survive the cleaning of a drawing, small and with identifiers of its own."""

import re
import unicodedata
from xml.etree import ElementTree as ET

import pytest

from evalkit.errors import DeclarationError
from evalkit.reporting.svg import clean_svg, labelled_svg

HOSTILE = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 360 90"
     onload="alert(1)" style="background:url(https://evil.test/a)">
 <metadata><date>2026-11-23T20:00:00</date><creator>somebody</creator></metadata>
 <style>@import url(https://evil.test/b); path{fill:red}</style>
 <script>alert(2)</script>
 <foreignObject><body><img src="x" onerror="alert(3)"/></body></foreignObject>
 <image href="https://evil.test/c.png" width="9" height="9"/>
 <a xlink:href="javascript:alert(4)"><text x="1" y="2">linked</text></a>
 <animate attributeName="href" to="javascript:alert(5)"/>
 <use xlink:href="https://evil.test/d.svg#x"/>
 <use xlink:href="#nowhere"/>
 <defs><path id="m123" d="M 0 0 L 1.2345 2.3456 z" style="stroke: #0072b2; stroke-width: 0.8"/></defs>
 <g id="axes_1" clip-path="url(#p1)">
  <use xlink:href="#m123" x="10.06" y="20.04" style="fill: url(https://evil.test/e); stroke: #1b2631"/>
  <path onclick="alert(6)" d="M 0 0 L 5 5" fill="expression(alert(7))" filter="url(#f)"/>
  <text x="3" y="4" style="font-size: 12px; font-family: 'DejaVu Sans', x; text-anchor: middle">a &lt; b &amp; c</text>
 </g>
 <defs><clipPath id="p1"><rect x="0" y="0" width="9" height="9"/></clipPath></defs>
</svg>"""


def test_everything_but_shapes_and_text_is_gone():
    clean = clean_svg(HOSTILE, prefix="f1_")
    assert clean == (
        '<svg viewBox="0 0 360 90" fill="currentColor" stroke-linejoin="round">'
        '<defs><path id="f1_s1" d="M0 0L1.2 2.3z" stroke="#0072b2" stroke-width=".8" /></defs>'
        '<g clip-path="url(#f1_s2)"><use href="#f1_s1" x="10.1" y="20" stroke="currentColor" />'
        '<path d="M0 0L5 5" /><text x="3" y="4" font-size="12" text-anchor="middle">a &lt; b &amp; c</text></g>'
        '<defs><clipPath id="f1_s2"><rect width="9" height="9" /></clipPath></defs></svg>'
    )


def test_cleaning_twice_changes_nothing():
    once = clean_svg(HOSTILE, prefix="a_")
    assert clean_svg(once, prefix="a_") == once
    assert clean_svg(clean_svg(HOSTILE), prefix="a_") == once


def test_drawings_on_one_page_share_no_identifier():
    both = [
        re.findall(r'id="([^"]+)"', labelled_svg(HOSTILE, name=name, title="t", description="d"))
        for name in ("a", "b")
    ]
    assert len(both[0]) == 4
    assert not set(both[0]) & set(both[1])


def test_no_coordinate_is_finer_than_a_tenth():
    clean = clean_svg('<svg viewBox="0 0 360.123 90"><path d="M 1.25 -0.04 L -.349 1e-3 1234.5678 0"/></svg>')
    root = ET.fromstring(clean)  # noqa: S314  cleaned
    assert root.get("viewBox") == "0 0 360.1 90"
    assert root[0].get("d") == "M1.2 0L-.3 0 1234.6 0"


def test_a_drawing_says_what_it_is_and_escapes_it():
    drawing = labelled_svg(
        HOSTILE, name="f", title="</title><script>1</script>", description="<img src=x onerror=1>"
    )
    root = ET.fromstring(drawing)  # noqa: S314  cleaned
    assert root.get("role") == "img"
    assert [root.find(f".//*[@id='{name}']").tag for name in root.get("aria-labelledby").split()] == [
        "title",
        "desc",
    ]
    assert root[0].text == "</title><script>1</script>"
    assert "<script" not in drawing
    assert "<img" not in drawing


def test_decomposed_letters_are_composed():
    decomposed = unicodedata.normalize("NFD", "Đắk Lắk")
    clean = clean_svg(f'<svg viewBox="0 0 9 9"><text x="1" y="1">{decomposed}</text></svg>')
    assert "Đắk Lắk" in clean
    assert decomposed not in clean


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>no drawing</p>",
        "<svg viewBox='0 0 1 1'>",
        "<svg><path d='M0 0'/></svg>",
        "<svg viewBox='javascript:1'/>",
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 1 1"><text>&a;</text></svg>',
        '<!DOCTYPE svg [ <!ATTLIST svg onload CDATA "alert(1)"> ]><svg viewBox="0 0 1 1"><path d="M0 0"/></svg>',
    ],
)
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(DeclarationError, match="a figure's SVG"):
        clean_svg(text)

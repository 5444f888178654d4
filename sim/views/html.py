"""HTML that cannot be broken out of: whatever is not built here is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

VOID = frozenset({"meta", "input", "br"})


class Html(str):
    """Text that is already HTML. Only this module and the page's own parts make it."""

    __slots__ = ()


def escape(value: object) -> Html:
    """Any value as HTML text; Html as it is."""
    return value if isinstance(value, Html) else Html(html.escape(str(value)))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """One element; ``class_`` stands for class, ``aria_x`` for aria-x.

    An attribute that is None or False is left out, one that is True is bare.

    >>> tag("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    written = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        shown = "" if value is True else f'="{html.escape(str(value))}"'
        written += f" {key.rstrip('_').replace('_', '-')}{shown}"
    if name in VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(children)}</{name}>")


def joined(children: Iterable[object]) -> Html:
    """Values one after the other."""
    return Html("".join(escape(c) for c in children))


def table(
    caption: str,
    columns: Sequence[object],
    rows: Iterable[Sequence[object]],
    class_: str | None = None,
) -> Html:
    """A table with a caption, column headers, and the first cell of each row as its header.

    It scrolls sideways in its own box, so that a narrow screen need not.
    """
    lines = [list(row) for row in rows]
    numeric = [
        bool(lines) and i > 0 and all(_is_number(r[i]) for r in lines) for i in range(len(columns))
    ]
    head = tag(
        "tr",
        *(
            tag("th", c, scope="col", class_="n" if right else None)
            for c, right in zip(columns, numeric, strict=True)
        ),
    )
    body = [
        tag("tr", tag("th", first, scope="row"), *(_cell(c) for c in rest))
        for first, *rest in lines
    ]
    whole = tag(
        "table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_=class_
    )
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _cell(value: object) -> Html:
    shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
    return tag("td", shown, class_="n" if _is_number(value) else None)


def _is_number(value: object) -> bool:
    """Whether a cell reads as a figure: with sign, currency, per cent, or a dash for none."""
    if isinstance(value, int | float):
        return True
    return bool(re.fullmatch(r"–|<?-?([A-Z]{3} |[$])?[\d,.]+( %)?", str(value)))


def inline_svg(source: bytes, name: str, alt: str) -> Html:
    """An SVG file of ours as a part of the page: ids its own, no address in it."""
    text = source.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<(metadata|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text)
    text = text.replace("xlink:href=", "href=")
    text = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{name}-", text)
    text = re.sub(r'(<svg[^>]*?)\swidth="[^"]*pt"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?)\sheight="[^"]*pt"', r"\1", text, count=1)
    label = html.escape(alt)
    return Html(text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))

"""Electronic books: the documents of the spine in order, printed pages where the book has them."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from urllib.parse import unquote

from .archive import Archive, damaged, protected
from .decoding import decode
from .markup import article_of, parse_html, pieces_of
from .paging import Entry, Piece, SectionBreak, contents_of, labels_from, pages_of
from .prose import clean
from .trees import Element, attribute, parse_xml
from .types import EPUB, Extracted, Limits, Refused

Progress = Callable[[int, int], None]
# Path of a document -> id in it -> the label of the page that begins there.
PageList = dict[str, dict[str, str]]
# Path of a document -> id in it, "" for its beginning -> the entries that lead there.
Contents = dict[str, dict[str, list[Entry]]]

_MOST_ENTRIES = 2_000

_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read_epub(archive: Archive, limits: Limits, progress: Progress) -> Extracted:
    _refuse_protected(archive, limits)
    package_path = _package_path(archive, limits)
    package = parse_xml(archive.read(package_path), limits)
    items = {attribute(item, "id"): item for item in package.iter("item")}
    folder = posixpath.dirname(package_path)
    page_list = _page_list(archive, folder, items, limits)
    contents = _contents(archive, folder, items, limits)
    spine = list(_spine(package, items, folder, archive))
    pieces: list[Piece] = []
    for number, path in enumerate(spine, 1):
        root = _document(archive.read(path), limits)
        article = article_of(root)
        entries = contents.get(path, {})
        there = {one.get("id") or one.get("name") or "" for one in article.iter("*")}
        pieces.append(SectionBreak())
        # One that leads nowhere in the text leads to its beginning.
        pieces += (one for id in entries if id not in there or not id for one in entries[id])
        found = {id: some for id, some in entries.items() if id}
        pieces += pieces_of(article, anchors=page_list.get(path, {}), entries=found, whole=True)
        progress(number, len(spine))
    pages = pages_of(pieces)
    title, author = _said(package, "title"), _said(package, "creator")
    return Extracted(
        EPUB, title, author, pages, labels_from=labels_from(pages), contents=contents_of(pieces)
    )


def _refuse_protected(archive: Archive, limits: Limits) -> None:
    """Scrambled fonts are common and no matter; anything else scrambled is the text."""
    if "META-INF/rights.xml" in archive or "META-INF/sinf.xml" in archive:
        raise protected()
    if "META-INF/encryption.xml" not in archive:
        return
    root = parse_xml(archive.read("META-INF/encryption.xml"), limits)
    for method in root.iter("EncryptionMethod"):
        if attribute(method, "Algorithm") not in _FONT_SCRAMBLING:
            raise protected()


def _package_path(archive: Archive, limits: Limits) -> str:
    container = parse_xml(archive.read("META-INF/container.xml"), limits)
    for rootfile in container.iter("rootfile"):
        path = _inside("", attribute(rootfile, "full-path"))
        if path in archive:
            return path
    raise damaged("no package document")


def _inside(folder: str, href: str) -> str:
    """The path in the archive that a reference means, without its ``#part``."""
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _spine(
    package: Element, items: dict[str, Element], folder: str, archive: Archive
) -> Iterator[str]:
    for reference in package.iter("itemref"):
        item = items.get(attribute(reference, "idref"))
        if item is None or "html" not in attribute(item, "media-type"):
            continue
        path = _inside(folder, attribute(item, "href"))
        if path in archive:
            yield path


def _page_list(
    archive: Archive, folder: str, items: dict[str, Element], limits: Limits
) -> PageList:
    """From the navigation document (EPUB 3), else from the NCX (EPUB 2)."""
    found: PageList = defaultdict(dict)
    for item in items.values():
        path = _inside(folder, attribute(item, "href"))
        is_nav = "nav" in attribute(item, "properties").split()
        is_ncx = attribute(item, "media-type") == "application/x-dtbncx+xml"
        if not (is_nav or is_ncx) or path not in archive:
            continue
        try:
            root = parse_xml(archive.read(path), limits)
        except Refused:
            continue  # without its page list the book can still be read
        for href, label in _nav_pages(root) if is_nav else _ncx_pages(root):
            document = _inside(posixpath.dirname(path), href)
            found[document].setdefault(href.partition("#")[2], clean(label)[:20])
        if found:
            break
    return found


def _contents(archive: Archive, folder: str, items: dict[str, Element], limits: Limits) -> Contents:
    """From the navigation document (EPUB 3), else from the NCX (EPUB 2); none of one that has but
    a single entry, or more than anybody reads.
    """
    for is_nav in (True, False):
        for item in items.values():
            is_one = (
                "nav" in attribute(item, "properties").split()
                if is_nav
                else attribute(item, "media-type") == "application/x-dtbncx+xml"
            )
            path = _inside(folder, attribute(item, "href"))
            if not is_one or path not in archive:
                continue
            try:
                root = parse_xml(archive.read(path), limits)
            except Refused:
                continue  # without its contents the book can still be read
            told = islice(_nav_entries(root) if is_nav else _ncx_entries(root), _MOST_ENTRIES + 1)
            found = [(href, entry) for href, entry in told if entry.title and href]
            if 1 < len(found) <= _MOST_ENTRIES:
                return _by_place(found, posixpath.dirname(path))
    return {}


def _by_place(found: list[tuple[str, Entry]], folder: str) -> Contents:
    contents: Contents = defaultdict(dict)
    for href, entry in found:
        place = unquote(href.partition("#")[2])
        contents[_inside(folder, href)].setdefault(place, []).append(entry)
    return contents


def _nav_entries(root: Element) -> Iterator[tuple[str, Entry]]:
    for nav in root.iter("nav"):
        if "toc" not in attribute(nav, "type").split():
            continue
        for link in nav.iter("a"):
            depth = sum(1 for one in link.iterancestors("ol", "nav") if one.tag == "ol")
            yield (
                attribute(link, "href"),
                Entry(max(depth - 1, 0), _title("".join(link.itertext()))),
            )


def _ncx_entries(root: Element) -> Iterator[tuple[str, Entry]]:
    for point in root.iter("navPoint"):
        content, label = point.find("content"), point.find("navLabel")
        if content is None or label is None:
            continue
        depth = sum(1 for _one in point.iterancestors("navPoint"))
        yield attribute(content, "src"), Entry(depth, _title("".join(label.itertext())))


def _title(text: str) -> str:
    return " ".join(clean(text[:2_000]).split())[:300]


def _nav_pages(root: Element) -> Iterator[tuple[str, str]]:
    for nav in root.iter("nav"):
        if "page-list" in attribute(nav, "type").split():
            for link in nav.iter("a"):
                yield attribute(link, "href"), "".join(link.itertext()).strip()


def _ncx_pages(root: Element) -> Iterator[tuple[str, str]]:
    for target in root.iter("pageTarget"):
        content = target.find("content")
        label = "".join(text for one in target.iter("text") for text in one.itertext()).strip()
        if content is not None and label:
            yield attribute(content, "src"), label


def _document(data: bytes, limits: Limits) -> Element:
    """XHTML as it should be, or, as in many books, as it is."""
    try:
        return parse_xml(data, limits)
    except Refused as refused:
        if refused.code == "hostile":
            raise
        return parse_html(decode(data))


def _said(package: Element, name: str) -> str:
    for element in package.iter(name):
        text = " ".join(clean("".join(element.itertext())).split())
        if text:
            return text[:300]
    return ""

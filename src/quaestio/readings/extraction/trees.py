"""XML that somebody sent us: no entity, nothing from outside, no bottomless nesting."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Any

from lxml import etree

from .archive import damaged, hostile
from .types import Limits

Element = Any  # lxml has no types

_EXPLODES = (etree.ErrorTypes.ERR_RESOURCE_LIMIT, etree.ErrorTypes.ERR_ENTITY_LOOP)
_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})


def parse_xml(data: bytes, limits: Limits) -> Element:
    """The root, its tags without namespaces, or ``Refused``.

    The letters HTML has names for (``&nbsp;``) are known, declared or not; no others are.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(_NAMED.sub(_letter, data), parser)
    except etree.XMLSyntaxError as error:
        raise (hostile if error.code in _EXPLODES else damaged)(str(error)) from error
    subset = root.getroottree().docinfo.internalDTD
    if subset is not None and next(iter(subset.iterentities()), None) is not None:
        raise hostile("entities of its own")
    _refuse_depth(root, limits)
    for element in root.iter("*"):
        element.tag = element.tag.rpartition("}")[2]
    return root


def _letter(match: re.Match[bytes]) -> bytes:
    name = match[1].decode("ascii")
    code = name2codepoint.get(name)
    return match[0] if code is None or name in _XML_OWN else b"&#%d;" % code


def _refuse_depth(root: Element, limits: Limits) -> None:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > limits.depth:
            raise hostile("nesting")


def attribute(element: Element, name: str) -> str:
    """By its name alone, whatever the namespace."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""

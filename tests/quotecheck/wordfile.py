"""Word files made by hand, as small as they can be."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

_NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word_file(*paragraphs: str | tuple[str, str], body: str = "", notes: str = "") -> bytes:
    """A Word file of these paragraphs, a pair being style and text; ``body`` is raw XML."""
    for paragraph in paragraphs:
        style, text = paragraph if isinstance(paragraph, tuple) else ("Normal", paragraph)
        body += (
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
            f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
        )
    parts = {"word/document.xml": f"<w:document {_NAMESPACE}><w:body>{body}</w:body></w:document>"}
    if notes:
        parts["word/footnotes.xml"] = f"<w:footnotes {_NAMESPACE}>{notes}</w:footnotes>"
    return packed(parts)


def packed(parts: dict[str, str]) -> bytes:
    """A ZIP file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()

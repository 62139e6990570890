"""The lines a blog prints around what people wrote, told by their shape.

Every pattern must match a whole line, and only where such a line is expected (`Zone`), so that a
student's sentence is never taken for furniture.
"""

from __future__ import annotations

import re
from enum import Flag, auto

from quaestio.transfers.blogdates import date_at, find_date


class Zone(Flag):
    """Where on the page a shape may be taken for furniture."""

    BEFORE = auto()  # above the title
    ENTRY = auto()  # below the title, among and after the context
    RESPONSES = auto()  # between the heading of the responses and the reply form
    AFTER = auto()  # below the reply form
    OUTSIDE = BEFORE | AFTER
    ANY = BEFORE | ENTRY | RESPONSES | AFTER


LONGEST = 700
_BULLET = re.compile(r"^(?:[•*◦▪‣·+o–-]|\d{1,3}\.)\s+")

_NO_SENTENCE = r" ?.{1,200}(?<![.?!…”])"
_LIKES = (
    r"(?:like\s*)?loading(?:\.{3}|…)",
    r"(?:\d+ )?(?:bloggers?|people|person) (?:like|likes) this\.?",
    r"be the first to like this\.?|liked by .{1,60}",
)
_TABLE: tuple[tuple[str, Zone, tuple[str, ...]], ...] = (
    (
        "entry footer",
        Zone.ENTRY | Zone.AFTER,
        (
            r"this (?:entry|post) (?:was|is) (?:posted|filed|published|tagged)"
            r" (?:in|on|under|by|and) .*",
            r"this (?:entry|post) was written by .{1,80}, (?:posted|filed|published).*",
            rf"(?:posted|filed|published) (?:in|under)[: ]{_NO_SENTENCE}",
            rf"(?:posted|published) (?:on|by) {_NO_SENTENCE}",
            r"(?:categor(?:y|ies)|kategorien?|catégories?|categorías?|filed under):"
            rf"{_NO_SENTENCE}",
            r"(?:categor(?:y|ies)|filed under) \S{1,40}(?: \S{1,40}){0,5}(?<![.?!…])",
            rf"(?:tags?|tagged|schlagwörter|étiquettes|etiquetas)(?: with)?:{_NO_SENTENCE}",
            rf"tagged (?:with |as )?{_NO_SENTENCE}",
            r".{0,120}bookmark the permalink\.?",
            r"both comments and (?:pings|trackbacks) are currently \w+\.?",
            r"(?:you can|feel free to) (?:follow any (?:responses|comments)|leave a (?:response"
            r"|comment)|skip to the end)\b.{1,200}",
            r"(?:responses|comments) are currently closed.*",
            r"(?:dieser beitrag|dieser eintrag) wurde .{1,200}",
            r"ce(?:tte entrée| contenu) (?:a été|est) publiée? dans .{1,200}",
            r"esta entrada (?:fue|ha sido) publicada en .{1,200}",
            r"(?:edit|edit this (?:entry|post)|print|email this|permalink|permanent link)\.?",
            r"view all posts by .{1,100}",
            r"uncategorized",
            r"(?:leave a (?:comment|reply|response)|comments? \(\d+\))",
        ),
    ),
    (
        "sharing",
        Zone.ENTRY | Zone.AFTER,
        (
            r"(?:share|share this|like this|teilen|partager|compartir):?",
            r"(?:click to (?:share|email|print)) .{1,120}",
            r"(?:tweet|twitter|facebook|email|print|pinterest|reddit|tumblr|linkedin|whatsapp)",
            r"(?:twitter|tweet|facebook|email|print|pinterest|reddit|tumblr|linkedin|more|[ |])+",
            *_LIKES,
        ),
    ),
    (
        "reply link",
        Zone.RESPONSES,
        (
            r"(?:↩|↪|→|»)?\s*(?:reply|log ?in to reply|sign in to reply|quote|antworten|répondre"
            r"|responder|rispondi|ответить)\s*(?:to .{1,80})?\s*[↓↵→↩»]?",
            r"(?:permalink|link|#|\(?edit\)?|report(?: abuse)?|like|★ like|flag)",
            r"(?:(?:reply|permalink|edit|like|link|#|log in to reply)\s*[|·•/,-]?\s*){2,4}",
            *_LIKES,
            r"your comment is awaiting moderation\.?",
            r"post author|author|says:?",
        ),
    ),
    (
        "pages of comments",
        Zone.RESPONSES | Zone.AFTER,
        (
            r"(?:comments? navigation|comment pages)",
            r"[←«]\s*(?:older|previous) comments|(?:newer|next) comments\s*[→»]",
            r"(?:older|newer|previous|next) comments",
        ),
    ),
    (
        "reply form",
        Zone.AFTER | Zone.RESPONSES,
        (
            r"(?:click here to )?cancel (?:the )?reply\.?",
            r"(?:your )?e-?mail address will not be published\.?(?: required fields are marked.*)?",
            r"required fields are marked \*?\.?",
            r"save my name, e-?mail,? and (?:website|site) in this browser.*",
            r"logged in as .{1,120}",
        ),
    ),
    (
        "reply form",
        Zone.AFTER,
        (
            r"deine e-mail-adresse wird nicht veröffentlicht\..*",
            r"votre adresse e-?mail ne sera pas publiée\..*",
            r"tu dirección de correo electrónico no será publicada\..*",
            r"your e-?mail is (?:never|not) (?:published|shared).*",
            r"(?:name|e-?mail|mail|website|url|uri|comment|message)\s*(?:\*|\(.{1,50}\))*:?",
            r"(?:name|e-?mail|mail)(?: address)?:? ?(?:\(required\)|\*)?(?: \(.{1,60}\))?",
            r"(?:submit|post|send|add|publish)(?: (?:a |my |your )?(?:comment|reply|response))",
            r"submit|(?:enter|write|type) your (?:comment|response|reply|email) here.*",
            r"notify me (?:of|when|by).{1,100}",
            r"you (?:may|can) use these (?:html )?.{0,40}tags.*",
            r"<a href=.*",
            r"log out\??",
            r"this site uses akismet.*",
        ),
    ),
    (
        "navigation",
        Zone.ANY & ~Zone.RESPONSES,
        (
            r"(?:post|posts|entry) navigation",
            r"←.{0,160}|.{0,160}→",
            r"«[^».?!]{1,100}|[^«.?!]{1,100}»",
            r"(?:previous|next|older|newer)(?: (?:post|posts|entry|entries|article))?",
            r"(?:previous|next) (?:post|entry|article): .{1,160}",
            r"(?:previous|next)(?: post)?:",
        ),
    ),
    (
        "site header",
        Zone.OUTSIDE,
        (
            r"(?:skip to|jump to|zum) (?:main |primary |secondary )?"
            r"(?:content|navigation|inhalt).*",
            r"(?:main menu|menu|primary menu|toggle navigation|search for:?|search|search …)",
            r"(?:home|about|contact|syllabus|blog|log ?in|sign in|register|sign up|subscribe)",
            r"(?:(?:home|about|contact|syllabus|blog|readings|schedule|students|assignments|log in)"
            r"[ |·•/]*){2,12}",
            r"(?:my sites|dashboard|howdy, .{1,60}|my account|new post|follow(?:ing)?)",
        ),
    ),
    (
        "page footer",
        Zone.AFTER,
        (
            r"(?:proudly )?powered by .{1,80}|theme:? .{1,80}|.{0,80}\bby wordpress\b.{0,40}",
            r"(?:copyright )?©.{0,120}|copyright .{1,120}|all rights reserved\.?",
            r"(?:designed (?:with|by)|blog at|hosted by|create a) .{1,80}",
            r"(?:back to top|top|top ↑|to the top ↑|up ↑)",
            r"(?:privacy policy|terms of (?:use|service)|cookies?|accessibility|contact us)",
            r"(?:entries|comments|posts) (?:\(?rss\)?|feed)(?: and .{1,40})?\.?",
            r"rss|rss feed|subscribe to feed",
            r"\d+ queries\. .{1,40}",
        ),
    ),
)
_COMPILED = [
    (kind, zone, re.compile("|".join(f"(?:{shape})" for shape in shapes), re.I))
    for kind, zone, shapes in _TABLE
]

_FORM_STARTS = re.compile(
    r"(?:leave|post|add|write|submit) an? (?:reply|comment|response|answer)"
    r"(?: to .{1,120})?(?:\s+\(?(?:click here to )?cancel (?:the )?reply\.?\)?)?"
    r"|leave your (?:reply|comment)|join the conversation"
    r"|schreibe? einen kommentar.{0,60}|laisser un commentaire.{0,60}|deja una respuesta.{0,60}"
    r"|lascia un commento.{0,60}|добавить комментарий.{0,60}"
    r"|(?:your )?e-?mail address will not be published\..*"
    r"|(?:sorry, )?(?:the )?comments? (?:form )?(?:are|is) "
    r"(?:now )?closed(?: (?:for|on) .*|.{0,60})"
    r"|comments are disabled.{0,40}"
    r"|you must (?:be )?(?:logged in|log in|login|sign in|signed in).{0,80}"
    r"|(?:please )?log ?in to (?:leave|post|write) .{0,60}"
    r"|be the first to (?:leave a )?(?:comment|reply|respond)[.!]?"
    r"|no (?:comments|responses|replies) yet[.!]?",
    re.I,
)
_WIDGETS = re.compile(
    r"(?:recent|latest) (?:posts|comments|entries|activity|news)|archives?|categories|meta|tags"
    r"|tag cloud|blogroll|links|pages|calendar|search|follow (?:us|blog|this blog)(?: via email)?"
    r"|related(?: posts)?|authors?|about(?: this (?:blog|course))?|subscribe|top posts(?: .{1,20})?"
    r"|neueste (?:beiträge|kommentare)|archive|kategorien|articles récents|catégories"
    r"|commentaires récents|entradas recientes|comentarios recientes|archivos|categorías"
    r"|свежие записи|рубрики|архивы",
    re.I,
)
# What only the form itself says; "Leave a comment" is also a link above many a post.
_FORM_FOR_SURE = re.compile(
    r".*(?:will not be published|closed|disabled|you must|log ?in to)\b.*", re.I
)
_KEY = re.compile(
    r"(?:author|posted (?:on|by|in)|published (?:on|by)|categor(?:y|ies)|tags|format)", re.I
)
_SENTENCE_END = re.compile(r"[.!?…][\"”’)]?$")
_BYLINE_JUNK = re.compile(
    r"(?:posted|published|written|by|on|in|at|updated|last modified|author|von|par|por|am|le|el"
    r"|leave a (?:comment|reply|response)|no (?:comments|responses|replies)|edit"
    r"|\d+ (?:comments?|responses?|replies|reply)|permalink|[|·•/,:;()—–#-]|\s)+",
    re.I,
)


def bare(text: str) -> str:
    """The line without its list bullet."""
    return _BULLET.sub("", text, count=1)


def kind_of(text: str, zone: Zone) -> str:
    """What kind of furniture this line is in that part of the page, or ""."""
    if len(text) > LONGEST:
        return ""
    words = bare(text) or text
    if zone & Zone.AFTER and starts_form(words):
        return "reply form"
    for kind, where, pattern in _COMPILED:
        if zone & where and pattern.fullmatch(words):
            return kind
    return "reply form" if zone & Zone.ENTRY and starts_form(words) else ""


def starts_form(text: str) -> bool:
    """Whether the responses are over here: the form, or a line that says why not."""
    return len(text) <= 200 and _FORM_STARTS.fullmatch(text) is not None


def surely_starts_form(text: str) -> bool:
    return starts_form(text) and _FORM_FOR_SURE.fullmatch(text) is not None


def is_key(text: str) -> bool:
    """A word like "Categories" alone on its line, whose value stands on the next."""
    return len(text) <= 20 and _KEY.fullmatch(text.rstrip(":")) is not None


def is_widget_heading(text: str) -> bool:
    return len(text) <= 40 and _WIDGETS.fullmatch(text.rstrip(":")) is not None


def is_widget_item(text: str) -> bool:
    """Whether a line can be an item of a sidebar list: short, and no sentence."""
    return len(text) <= 120 and (text.endswith("?") or not _SENTENCE_END.search(text))


def is_byline(text: str) -> bool:
    """A line between title and text that says who posted when: always with a date, or "By …"."""
    if len(text) > 160:
        return False
    if re.fullmatch(r"(?:posted |written |published )?(?:by|author:?) [^.?!]{1,60}", text, re.I):
        return True
    date = find_date(text)
    if date is None:
        return False
    rest = text[: date.start] + " " + text[date.end :]
    left = _BYLINE_JUNK.sub(" ", rest).split()
    starts = re.match(r"(?:posted|published|written|by|on|updated|am|le|el)\b", text, re.I)
    return len(left) <= (12 if starts else 5) and not _SENTENCE_END.search(text)


def is_date_line(text: str) -> bool:
    """A date alone on its line, perhaps with the links that stand beside it."""
    date = date_at(text.lstrip("(#|·— "), 0)
    if date is None or len(text) > 120:
        return False
    rest = text.lstrip("(#|·— ")[date.end :]
    return not _LINKS_BESIDE.sub("", rest).strip()


_LINKS_BESIDE = re.compile(
    r"permalink|permanent link|\(?edit\)?|reply|log in to reply|link|says|said|[#|·•:,()—–-]", re.I
)

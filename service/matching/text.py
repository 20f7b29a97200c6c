"""A request's text as segments: sentences, list items and lines with their exact places in the text as sent.

Nothing is normalised or moved: every offset counts code points of the field as sent, and ``field[start:end]`` is the
segment's own text. Work is bounded by ``CHARACTERS`` and ``SEGMENTS``; the caller says ``truncated`` when one is met.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

CHARACTERS = 36_000  # about 5,000 words of English; the encoder then takes about one second
SEGMENTS = 400
LONGEST = 480  # code points of one segment; longer sentences are cut at a comma or a space, long words anywhere

# A terminator is a boundary when white space or the end follows; full-width ones always are.
_BOUNDARY = re.compile(
    r"[.!?…؟۔]{1,8}[\"'»”’)\]]{0,3}(?=\s|\Z)|[。！？]{1,8}[”’」』）)]{0,3}|[;；؛]|[\r\n\v\f\x85\u2028\u2029]+"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(«\"'])(?:[A-Za-zА-Яа-яЁё]|No|Nos|Nr|art|Art|arts|Dr|Mr|Mrs|Ms|Prof|Gen|Col|St|Sr|Sra|Srta|Dra|Ing|Lic"
    r"|vs|cf|approx|inc|Inc|Ltd|para|paras|pp|vol|ref|Ref|etc|e\.g|i\.e|Div|Av|av|núm|Núm|cdra|Mme|Mlle|Me"
    r"|ст|ул|гг|см|др|пп|тыс|млн|млрд|им)\Z"
)
_NUMBERING = re.compile(r"(?:^|\n)[\s>*•–—-]*\(?[0-9٠-٩]{1,3}\Z")
_LEAD = re.compile(
    r"[\s>*•·▪◦●○■□–—\-_=~|#]*"
    r"(?:(?:\(?(?:[0-9٠-٩]{1,2}|[A-Za-zа-яА-Яأ-ي一二三四五六七八九十甲乙丙丁]|[ivx]{1,4})[.)）、]"
    r"|[（(][0-9一二三四五六七八九十]{1,2}[)）])\s*)?"
)
_CUT = re.compile(r"[,،，、:：][\s]?|\s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """One sentence, list item or line of ``field``: ``start`` and ``end`` in code points, ``text`` the words there."""

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The segments of one need, title first, and whether work stopped before the end of the text."""

    segments: tuple[Segment, ...]
    truncated: bool


def read(title: str, text: str) -> Reading:
    """Segments of title and text in reading order, bounded by CHARACTERS and SEGMENTS."""
    segments: list[Segment] = []
    for field, whole in (("title", title), ("text", text)):
        for segment in segments_of(field, whole[:CHARACTERS]):
            if len(segments) == SEGMENTS:
                return Reading(segments=tuple(segments), truncated=True)
            segments.append(segment)
    return Reading(segments=tuple(segments), truncated=max(len(title), len(text)) > CHARACTERS)


def segments_of(field: str, whole: str) -> Iterator[Segment]:
    """Segments of one field, trimmed of white space, bullets and numbering; blank ones are left out."""
    for start, end in _spans(whole):
        for first, last in _cut(whole, start, end):
            trimmed = _trim(whole, first, last)
            if trimmed is not None:
                yield Segment(field=field, start=trimmed[0], end=trimmed[1], text=whole[slice(*trimmed)])


def _spans(whole: str) -> Iterator[tuple[int, int]]:
    """Half-open spans between boundaries; a terminator belongs to the sentence that it ends."""
    start = 0
    for found in _BOUNDARY.finditer(whole):
        if found.group() == "." and _is_inner_point(whole, start, found.start()):
            continue
        yield start, found.end()
        start = found.end()
    yield start, len(whole)


def _is_inner_point(whole: str, start: int, point: int) -> bool:
    """True where a full stop closes an abbreviation or a list number, judged by the 24 code points before it."""
    before = whole[max(start, point - 24) : point]
    return bool(_ABBREVIATION.search(before) or _NUMBERING.search("\n" + before if point - start <= 24 else before))


def _cut(whole: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces of at most LONGEST code points, cut after the last comma or space that fits, else anywhere."""
    while end - start > LONGEST:
        places = [found.end() for found in _CUT.finditer(whole, start + LONGEST // 2, start + LONGEST)]
        cut = places[-1] if places else start + LONGEST
        yield start, cut
        start = cut
    yield start, end


def _trim(whole: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without leading marks and white space, or null when no letter or digit is left."""
    lead = _LEAD.match(whole, start, end)
    first = lead.end() if lead else start
    last = first + len(whole[first:end].rstrip())
    return (first, last) if any(map(str.isalnum, whole[first:last])) else None

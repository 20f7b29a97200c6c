"""What a segment does: ask, give notice, deny, thank, offer, tell; and whether it talks to a machine."""

import re
from collections.abc import Sequence

from service.matching.lexicon import Term

ROLES = ("ask", "notice", "negation", "thanks", "offer", "background")
ASKED = 0.5  # probability from which a segment is an ask
HINTED = 0.2  # the same where the segment has an ask cue and no negation
NOTICES = (3, 17, 18, 19)  # the paragraphs under which nothing is asked

# A paragraph named as a desk names it: "OP 10", "paragraph 9", "第8段", "п. 11", "الفقرة 10", "párrafos 8".
_NAMED = re.compile(
    r"\bOP ?\d|\bparagraph(?:s|e|es)? \d|\bp[áa]rrafos? \d|\bпункт\w{0,3} \d|\bп\. ?\d|(?:الفقرة|الفقرات) [\d٠-٩]"
    r"|第 ?[\d一二三四五六七八九十]+(?:[、,，第 ]+[\d一二三四五六七八九十]+)* ?(?:段|项)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:authori[sz]ed|autoris[ée]e?s?|autorizad[oa]s?|approved)\b|مأذون|超出授权|授权范围",
    re.IGNORECASE,
)


def is_instruction(text: str, cues: int) -> bool:
    """True for text that tells a machine what to find: it is no evidence of anything (rule 14).

    ``cues`` counts its words that talk to a machine.
    """
    return cues >= 2 or (cues == 1 and bool(_NAMED.search(text) or _LABEL.search(text)))


def role_of(probability: float, terms: Sequence[Term], paragraph: int | None) -> str:
    """The role of a segment from the probability that it asks, its cues and its best paragraph."""
    cues = {term.key for term in terms}
    asked = probability >= ASKED or (probability >= HINTED and "ask" in cues and "negation" not in cues)
    if asked:
        return "notice" if paragraph in NOTICES else "ask"
    for role in ("negation", "thanks", "offer"):
        if role in cues:
            return role
    return "background"

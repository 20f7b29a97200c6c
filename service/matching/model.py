"""The model folder: ``weights.npz``, ``card.json`` for machines and ``CARD.md`` for people."""

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from service.canonical import sha256_hex
from service.matching.labels import Label

WEIGHTS, CARD, CARD_TEXT = "weights.npz", "card.json", "CARD.md"


def shipped_weights() -> bytes | None:
    """The weights in ``model/``, or null where none are shipped."""
    file = resources.files("service.matching") / "model" / WEIGHTS
    return file.read_bytes() if file.is_file() else None


def shipped_card() -> dict:
    """The card in ``model/``, or an empty one."""
    file = resources.files("service.matching") / "model" / CARD
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def seen_in_training(labels: Iterable[Label]) -> list[str]:
    """Ids of the labels whose title and text the shipped model was fitted on, whatever id they had there."""
    seen = set(shipped_card().get("trained_on", ()))
    return [label.id for label in labels if fingerprint(label) in seen]


def fingerprint(label: Label) -> str:
    """Sixteen hex digits of the SHA-256 of what is matched."""
    return sha256_hex(f"{label.title}\n{label.text}".encode("utf-8", "surrogatepass"))[:16]


def write_model(folder: Path, weights: bytes, card: dict, labels: Sequence[Label]) -> str:
    """Write the three files; the weights' SHA-256 in hex."""
    digest = sha256_hex(weights)
    card = {"weights_sha256": digest, **card, "trained_on": sorted(map(fingerprint, labels))}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(weights)
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / CARD_TEXT).write_text(card_text(card), encoding="utf-8")
    return digest


def card_text(card: dict) -> str:
    """The card for people, in Markdown, from the card for machines."""
    lines = [f"# Model card: {card['name']}", "", f"Weights: SHA-256 `{card['weights_sha256']}`.", ""]
    for heading in ("data", "method", "weak_spots", "use"):
        lines += [f"## {heading.replace('_', ' ').capitalize()}", "", *(f"- {line}" for line in card[heading]), ""]
    lines += ["## Versions", "", *(f"- {name} {version}" for name, version in card["versions"].items()), ""]
    for mode, figures in card["figures"].items():
        lines += [f"## Figures, {mode}", "", card["figures_are"], "", *_table(figures), ""]
    return "\n".join(lines)


def _table(figures: dict[str, dict]) -> list[str]:
    names = list(figures["all"])
    head = ["| figure | " + " | ".join(figures) + " |", "| --- |" + " --- |" * len(figures)]
    return head + [
        f"| {name} | " + " | ".join(_cell(figures[column][name]) for column in figures) + " |" for name in names
    ]


def _cell(value: object) -> str:
    return "-" if value is None else " to ".join(map(str, value)) if isinstance(value, list) else str(value)

"""Names that the instruments use: themes in six languages, partners."""

import json
from pathlib import Path

TERMS = Path(__file__).parent / "data" / "terms"
THEME_NAMES: dict[str, dict[str, str]] = json.loads((TERMS / "themes.json").read_text("utf-8"))
PARTNERS: dict[str, dict[str, str | None]] = json.loads((TERMS / "partners.json").read_text("utf-8"))


def theme_name(theme: str, language: str) -> str:
    """The theme's name in one of the six languages; raises KeyError for a theme that no instrument may have."""
    return THEME_NAMES[theme][language]

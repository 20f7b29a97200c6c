"""``mandate-desk doctor``."""

import json
import sys
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from service.desk import build_desk
from service.doctor import examine
from service.settings import load_settings

MARKS = {"ok": "ok  ", "warning": "WARN", "bad": "BAD "}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a sign, for machines.")] = False,
) -> None:
    """Look at settings, durability, schema, ledger, signer, backlog and disk; exit status 1 where something is bad.

    Every leaf is hashed again, so that a large ledger takes a while (about a million leaves in half a minute).
    """
    with closing(build_desk(load_settings())) as desk:
        signs = examine(desk)
    for sign in signs:
        print(json.dumps(asdict(sign)) if as_json else f"{MARKS[sign.state]}  {sign.name:<20} {sign.detail}")
    if any(sign.state == "bad" for sign in signs):
        sys.exit(1)

"""``mandate-desk demo``: identities and sample requests for a first look; never for real work."""

import json
from pathlib import Path

import typer

from service.access.idempotency import Call, answered
from service.access.principal import Principal, Role
from service.access.queries import principal_by_name, principal_exists
from service.canonical import digest_of
from service.clock import now
from service.desk import Desk, build_desk
from service.errors import Conflict
from service.flows.keys import make_principal
from service.flows.submit import plan, submit
from service.intake.schemas import AssistanceRequestIn
from service.matching.evaluation import DEV_LABELS
from service.settings import load_settings

app = typer.Typer(help="Demo identities and sample requests.", no_args_is_help=True)

# One portal for each of the six languages and one more, with the labelled requests that it sends.
PORTALS = {
    "IRQ": ("dev-ar-041", "dev-ar-083"),
    "PAK": ("dev-en-085",),
    "JAM": ("dev-en-001",),
    "COL": ("dev-es-050", "dev-es-060"),
    "NER": ("dev-fr-050", "dev-fr-083"),
    "KAZ": ("dev-ru-091", "dev-ru-095"),
    "MYS": ("dev-zh-065", "dev-zh-077"),
}
# Fixed, so that a second start sends the same requests and finds them there.
NOTE_DATE = "2026-01-15"
STAFF = (
    ("OFFICER_1", Role.OFFICER, "Demo officer one"),
    ("OFFICER_2", Role.OFFICER, "Demo officer two"),
    ("SUPERVISOR", Role.SUPERVISOR, "Demo supervisor"),
    ("AUDITOR", Role.AUDITOR, "Demo auditor"),
    ("ADMINISTRATOR", Role.ADMINISTRATOR, "Demo administrator"),
)


@app.command()
def load() -> None:
    """Make the demo's identities, print their keys, and send the sample requests; a second time changes nothing."""
    desk = build_desk(load_settings())
    try:
        keys_file = desk.settings.data_dir / "demo-keys.env"
        _make_identities(desk, keys_file)
        sent = sum(_send_samples(desk))
        print(f"Sample requests sent now: {sent}.")
        print(f"Demo keys (kept in {keys_file}; `. {keys_file}` sets them in your shell):\n")
        print(keys_file.read_text(encoding="utf-8"))
    finally:
        desk.close()


def _make_identities(desk: Desk, keys_file: Path) -> None:
    """Real keys are never stored; the demo's are, for they open made-up files alone."""
    wanted = [(f"PORTAL_{state}", Role.PORTAL, f"Demo portal of {state}", state) for state in PORTALS]
    wanted += [(*staff, None) for staff in STAFF]
    for variable, role, name, state in wanted:
        with desk.sessions.begin() as session:
            if principal_exists(session, name):
                continue
            _, key = make_principal(
                session,
                role=role,
                name=name,
                member_state=state,
                teams=frozenset(desk.routing.teams) if role is Role.OFFICER else frozenset(),
                registered=role is Role.PORTAL,
                at=now(),
            )
            keys_file.touch(mode=0o600)
            with keys_file.open("a", encoding="utf-8") as lines:
                lines.write(f"{variable}={key}\n")


def _send_samples(desk: Desk):
    """Yields whether each sample was new."""
    records = {record["id"]: record for record in map(json.loads, DEV_LABELS.read_text("utf-8").splitlines())}
    for state, ids in PORTALS.items():
        with desk.sessions.read() as session:
            portal = principal_by_name(session, f"Demo portal of {state}")
        for record_id in ids:
            yield _send(desk, portal, record_id, _payload(records[record_id], state))


def _send(desk: Desk, portal: Principal, record_id: str, payload: AssistanceRequestIn) -> bool:
    at = now()
    call = Call(
        principal_id=portal.id, route="demo", key=record_id, body_sha256=digest_of(payload.model_dump(mode="json"))
    )
    with desk.sessions.read() as session:
        if answered(session, call, at=at):
            return False
    ready = plan(desk, payload, caller=portal)
    try:
        with desk.sessions.begin() as session:
            submit(session, desk=desk, plan=ready, call=call, caller=portal, at=at)
    except Conflict:
        return False
    return True


def _payload(record: dict, state: str) -> AssistanceRequestIn:
    return AssistanceRequestIn(
        member_state=state,
        title=record["title"],
        text=record["text"],
        language=record["lang"],
        note_verbale={"reference": f"Demo note {record['id'][4:]}", "date": NOTE_DATE},
        submitting_authority={"name": f"Demo ministry of {state}", "kind": "ministry"},
        focal_point={"name": "Demo focal point", "email": "focal.point@demo.example"},
    )

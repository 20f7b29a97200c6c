"""The command ``mandate-desk``: one file per command group; an error's kind becomes the exit code."""

import sys

import typer
from pydantic import ValidationError

from service.cli import catalogue, db, demo, doctor, evaluate, keys, ledger, match, schemas, serve, train, worker
from service.errors import Conflict, Fault, Forbidden, Invalid, NotFound, ServiceError, Unavailable

# sysexits.h: 65 data error, 66 no input, 69 unavailable, 73 cannot create, 77 no permission, 78 configuration.
EXIT_CODES = {Invalid: 65, NotFound: 66, Unavailable: 69, Conflict: 73, Forbidden: 77}
CONFIGURATION = 78

app = typer.Typer(
    help="Mandate Desk: requests for assistance, the paragraphs that authorise them, the queues they wait on.\n\n"
    "Exit codes: 0 done, 2 wrong usage, 65 invalid input, 66 not found, 69 unavailable, 73 conflict, 77 forbidden, "
    "78 wrong settings. Two have their own: `ledger verify` (0 good, 1 tampered, 2 malformed) and `doctor` (1 bad).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("doctor")(doctor.doctor)
app.add_typer(db.app, name="db")
app.add_typer(keys.app, name="keys")
app.add_typer(catalogue.app, name="catalogue")
app.command("match")(match.match)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.add_typer(ledger.app, name="ledger")
app.add_typer(schemas.app, name="schemas")
app.add_typer(demo.app, name="demo")


def main() -> None:
    """Runs the command and exits with its code."""
    try:
        app()
    except ServiceError as error:
        _say(error.detail, getattr(error, "faults", ()))
        sys.exit(next(code for kind, code in EXIT_CODES.items() if isinstance(error, kind)))
    except ValidationError as error:
        _say("The settings are wrong.", [Fault(pointer=str(one["loc"]), detail=one["msg"]) for one in error.errors()])
        sys.exit(CONFIGURATION)


def _say(detail: str, faults) -> None:
    print(f"mandate-desk: {detail}", file=sys.stderr)
    for fault in faults:
        print(f"  {fault.pointer or '(whole)'}: {fault.detail}", file=sys.stderr)

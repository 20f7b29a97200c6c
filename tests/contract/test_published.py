"""What is published is what is served: schemas, routes, permissions, locks."""

import re
from pathlib import Path

import pytest

from service.access.permissions import Action
from service.app import ROUTERS, routes
from service.cli.schemas import documents
from service.web.principal import actions_of

ROOT = Path(__file__).parent.parent.parent
PUBLIC = {
    "GET /healthz", "GET /readyz", "GET /v1/mandates", "GET /v1/mandates/{slug}",
    "GET /v1/mandates/{slug}/paragraphs/{number}", "GET /v1/states",
}  # fmt: skip


def operations():
    for route in (route for router in ROUTERS for route in router.routes):
        for method in sorted(route.methods):
            yield f"{method} {route.path}", route


def test_the_contract_holds_every_route_and_no_other():
    published = {
        f"{method.upper()} {path}" for path, methods in routes().openapi()["paths"].items() for method in methods
    }

    assert published == {name for name, _ in operations()}


def test_the_schemas_folder_is_what_the_code_prints():
    published = {path.name: path.read_text("utf-8") for path in (ROOT / "schemas").glob("*.json")}

    assert published == documents()


def test_every_route_says_who_may_call():
    unnamed = {name for name, route in operations() if not actions_of(route)}

    assert unnamed == PUBLIC


def test_the_contract_names_the_roles_of_each_operation():
    claim = routes().openapi()["paths"]["/v1/items/{item_id}/claim"]["post"]

    assert (claim["x-actions"], claim["x-roles"]) == (["item:claim"], ["officer", "supervisor"])


def test_every_action_is_asked_for_by_some_route():
    asked = {action for _, route in operations() for action in actions_of(route)}

    assert asked == set(Action)


def test_every_operation_names_its_errors_as_problems():
    for path, methods in routes().openapi()["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and path not in ("/healthz", "/readyz"):
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements.runtime.lock"])
def test_a_lock_names_no_host_and_hashes_everything(name):
    lock = (ROOT / name).read_text("utf-8")

    assert "://" not in lock
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()))


def test_the_images_lock_is_part_of_the_whole():
    def pins(name):
        return set(re.findall(r"^[a-z0-9][^ ;\\]*==[^ ;\\]*", (ROOT / name).read_text("utf-8"), re.MULTILINE))

    runtime = pins("requirements.runtime.lock")
    assert runtime <= pins("requirements.lock")
    assert not any(pin.startswith(("scikit-learn", "pytest", "pixeltable")) for pin in runtime)

"""Least privilege on PostgreSQL: the statements that let a role run the service and no more."""

import re

from service.database import Base
from service.errors import Invalid

ADD_ONLY = ("ledger_leaf", "ledger_node", "assessment", "assessment_match", "assessment_ask", "route", "decision")
# Salts may be taken away, for erasure; a note's time may move; a head is never deleted.
EXTRA = {
    "ledger_disclosure": ("SELECT", "INSERT", "DELETE"),
    "ledger_checkpoint": ("SELECT", "INSERT", "UPDATE (signed_at)"),
    "ledger_head": ("SELECT", "UPDATE"),
    "idempotency": ("SELECT", "INSERT", "DELETE"),
    "task": ("SELECT", "INSERT", "UPDATE", "DELETE"),
}
RESERVED = ("public", "none", "user", "all", "current_user", "current_role", "session_user")
REST = ("SELECT", "INSERT", "UPDATE")


def grants(role: str) -> list[str]:
    """SQL for the owner of the tables to run: the role may add leaves and readings and never change or delete one.

    Run again after each migration. Raises Invalid for a name that would need quoting.
    """
    if not re.fullmatch("[a-z][a-z0-9_]{0,62}", role) or role in RESERVED:
        raise Invalid(f"{role} is no plain role name; take small letters, digits and _.", code="bad-role")
    lines = [
        "BEGIN;",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};",
        f"GRANT USAGE ON SCHEMA public TO {role};",
    ]
    for table in sorted(Base.metadata.tables):
        rights = ("SELECT", "INSERT") if table in ADD_ONLY else EXTRA.get(table, REST)
        lines.append(f"GRANT {', '.join(rights)} ON {table} TO {role};")
    return [*lines, f"GRANT SELECT ON alembic_version TO {role};", "COMMIT;"]

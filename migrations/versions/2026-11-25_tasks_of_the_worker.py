"""The worker's tasks, and what it looks for on the queues: claims by their age."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_tasks"
down_revision = "2026_11_25_first"

# Rows that change often: by default a fifth of a table may be dead before it is swept, and a queue's head slows down.
HOT = ("queue_item", "task", "ledger_head", "assistance_request", "idempotency")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "task",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=36), nullable=False),
        sa.Column("put_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_task")),
    )
    op.create_index("ix_task_kind_due_at", "task", ["kind", "due_at"])
    op.create_index("ix_queue_item_claimed_at", "queue_item", ["state", "claimed_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in HOT:
            op.execute(f"ALTER TABLE {table} SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70)")
    # What came in before this version while the matcher was down waits for its reading since then.
    op.execute(
        """
        INSERT INTO task (kind, subject, put_at, due_at, attempts, fence)
        SELECT 'rematch', need_id, made_at, made_at, 0, 0 FROM assessment AS newest
        WHERE CAST(reasons AS TEXT) LIKE '%matcher_unavailable%'
        AND NOT EXISTS (
            SELECT 1 FROM assessment AS later WHERE later.need_id = newest.need_id AND later.ordinal > newest.ordinal
        )
        """
    )

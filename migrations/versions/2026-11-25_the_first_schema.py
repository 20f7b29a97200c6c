"""The first schema: principals and keys, requests and needs, readings, queues and rulings, the ledger.

Old code keeps working on the new schema: add first, drop two releases later.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_25_first"
down_revision = None

# Written out, not imported: a migration stays as it was when the models move on.
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ledger_checkpoint",
        sa.Column("origin", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", name=op.f("pk_ledger_checkpoint")),
    )
    op.create_table(
        "ledger_disclosure",
        sa.Column("leaf_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=100), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", "field", name=op.f("pk_ledger_disclosure")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column(
            "leaf_index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("stream", sa.String(length=36), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_ledger_leaf")),
    )
    op.create_index("ix_ledger_leaf_stream", "ledger_leaf", ["stream", "leaf_index"])

    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name=op.f("pk_ledger_node")),
    )
    op.create_table(
        "principal",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("member_state", sa.String(length=3), nullable=True),
        sa.Column("teams", JSON, nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principal")),
        sa.UniqueConstraint("name", name=op.f("uq_principal_name")),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("principal_id", sa.String(length=36), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_api_key_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_key_sha256")),
    )
    op.create_index("ix_api_key_principal_id", "api_key", ["principal_id"])

    op.create_table(
        "assistance_request",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("member_state", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("created_state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("authenticity", sa.String(length=20), nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("classification", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("note_verbale_reference", sa.String(length=100), nullable=True),
        sa.Column("note_verbale_date", sa.Date(), nullable=True),
        sa.Column("authority_name", sa.Text(), nullable=False),
        sa.Column("authority_kind", sa.String(length=20), nullable=False),
        sa.Column("focal_name", sa.Text(), nullable=False),
        sa.Column("focal_title", sa.Text(), nullable=True),
        sa.Column("focal_email", sa.Text(), nullable=False),
        sa.Column("focal_phone", sa.Text(), nullable=True),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("urgency_reason", sa.Text(), nullable=True),
        sa.Column("wanted_by", sa.Date(), nullable=True),
        sa.Column("cited_instruments", JSON, nullable=False),
        sa.Column("existing_measures", sa.Text(), nullable=True),
        sa.Column("assistance_elsewhere", sa.Text(), nullable=True),
        sa.Column("related_request", sa.String(length=36), nullable=True),
        sa.Column("submitted_by", sa.String(length=36), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["related_request"], ["assistance_request.id"], name=op.f("fk_assistance_request_related_request")
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["principal.id"], name=op.f("fk_assistance_request_submitted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance_request")),
        sa.UniqueConstraint(
            "member_state",
            "note_verbale_reference",
            "note_verbale_date",
            "text_digest",
            name="uq_assistance_request_note_verbale",
        ),
    )
    op.create_index("ix_assistance_request_received", "assistance_request", ["received_at", "id"])
    op.create_index("ix_assistance_request_state_received", "assistance_request", ["member_state", "received_at", "id"])

    op.create_table(
        "idempotency",
        sa.Column("principal_id", sa.String(length=36), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.String(length=36), nullable=False),
        sa.Column("object_version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principal.id"], name=op.f("fk_idempotency_principal_id")),
        sa.PrimaryKeyConstraint("principal_id", "route", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])

    op.create_table(
        "need",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("assistance_types", JSON, nullable=False),
        sa.Column("beneficiaries", JSON, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["assistance_request.id"], name=op.f("fk_need_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("request_id", "ordinal", name=op.f("uq_need_request_id_ordinal")),
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("need_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=36), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("language_detected", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("primary_paragraph", sa.Integer(), nullable=True),
        sa.Column("probabilities", JSON, nullable=False),
        sa.Column("contrast", JSON, nullable=True),
        sa.Column("instruments", JSON, nullable=False),
        sa.Column("instrument", sa.String(length=100), nullable=False),
        sa.Column("catalogue", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.String(length=200), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_assessment_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("need_id", "ordinal", name=op.f("uq_assessment_need_id_ordinal")),
    )
    op.create_index("ix_assessment_catalogue", "assessment", ["catalogue"])

    op.create_table(
        "queue_item",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("need_id", sa.String(length=36), nullable=False),
        sa.Column("team", sa.String(length=30), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=25), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("holder_id", sa.String(length=36), nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["principal.id"], name=op.f("fk_queue_item_holder_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_queue_item_need_id")),
        sa.ForeignKeyConstraint(["request_id"], ["assistance_request.id"], name=op.f("fk_queue_item_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_item")),
        sa.UniqueConstraint("need_id", "team", name=op.f("uq_queue_item_need_id_team")),
    )
    op.create_index("ix_queue_item_holder", "queue_item", ["holder_id", "state"])
    op.create_index("ix_queue_item_order", "queue_item", ["team", "state", "priority", "received_at", "id"])
    op.create_index("ix_queue_item_request_id", "queue_item", ["request_id"])

    op.create_table(
        "assessment_ask",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("assessment_id", sa.String(length=36), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=5), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("paragraphs", JSON, nullable=False),
        sa.Column("covered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_ask_assessment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_ask")),
        sa.UniqueConstraint("assessment_id", "ordinal", name=op.f("uq_assessment_ask_assessment_id_ordinal")),
    )
    op.create_table(
        "assessment_match",
        sa.Column("assessment_id", sa.String(length=36), nullable=False),
        sa.Column("paragraph", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=50), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_assessment_match_assessment_id")),
        sa.PrimaryKeyConstraint("assessment_id", "paragraph", name=op.f("pk_assessment_match")),
    )
    op.create_index("ix_assessment_match_paragraph", "assessment_match", ["paragraph"])

    op.create_table(
        "route",
        sa.Column("assessment_id", sa.String(length=36), nullable=False),
        sa.Column("need_id", sa.String(length=36), nullable=False),
        sa.Column("lead", sa.String(length=30), nullable=False),
        sa.Column("supporting", JSON, nullable=False),
        sa.Column("would_go_to", sa.String(length=30), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("routing_table", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_route_assessment_id")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_route_need_id")),
        sa.PrimaryKeyConstraint("assessment_id", name=op.f("pk_route")),
    )
    op.create_index("ix_route_need_id", "route", ["need_id"])

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("need_id", sa.String(length=36), nullable=False),
        sa.Column("assessment_id", sa.String(length=36), nullable=False),
        sa.Column("ask_id", sa.String(length=36), nullable=True),
        sa.Column("ruling", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("standing", sa.String(length=20), nullable=False),
        sa.Column("allowed_by", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.String(length=36), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["ask_id"], ["assessment_ask.id"], name=op.f("fk_decision_ask_id")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_decision_assessment_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["principal.id"], name=op.f("fk_decision_decided_by")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_decision_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_need", "decision", ["need_id", "id"])
    head = sa.table("ledger_head", sa.column("id"), sa.column("size"), sa.column("frontier"))
    op.execute(head.insert().values(id=1, size=0, frontier=sa.literal(b"", sa.LargeBinary)))

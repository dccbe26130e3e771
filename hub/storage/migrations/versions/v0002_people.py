"""A member's language, a second person's own reason, a merchant's logo."""

import sqlalchemy as sa
from alembic import op

from hub.storage.migrations import recreate_triggers

revision = "0002"
down_revision = "0001"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add two columns and a table, then make every trigger again."""
    op.add_column("member", sa.Column("language", sa.Text(), server_default="", nullable=False))
    op.add_column("decision", sa.Column("second_why", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "logo",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", WHOLE, nullable=False),
        sa.Column("height", WHOLE, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", WHOLE, nullable=False),
        sa.CheckConstraint("width BETWEEN 1 AND 1000000000000000", name=op.f("logo_width")),
        sa.CheckConstraint("height BETWEEN 1 AND 1000000000000000", name=op.f("logo_height")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("logo_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", name=op.f("logo_key")),
        sqlite_strict=True,
    )
    recreate_triggers(op.get_bind())

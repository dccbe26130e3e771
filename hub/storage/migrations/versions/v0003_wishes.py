"""A customer who wants no reminders; the version of an account's credentials."""

import sqlalchemy as sa
from alembic import op

from hub.storage.migrations import recreate_triggers

revision = "0003"
down_revision = "0002"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add two columns, then make every trigger again."""
    op.add_column("customer", sa.Column("unsubscribed_at", WHOLE))
    op.add_column("account", sa.Column("credentials", WHOLE, server_default="1", nullable=False))
    recreate_triggers(op.get_bind())

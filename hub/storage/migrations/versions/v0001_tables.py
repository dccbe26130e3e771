"""All tables.

Until the first release this makes the tables as ``schema`` has them; with the release they are written out here, and
every later change is a revision of its own.
"""

from alembic import op

from hub.storage.migrations import recreate_triggers
from hub.storage.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table, then every trigger."""
    metadata.create_all(op.get_bind())
    recreate_triggers(op.get_bind())

"""The database: the only place that knows SQL."""

from .audit import export_audit as export_audit
from .check import check as check
from .engine import SqliteStore as SqliteStore
from .engine import SqliteTx as SqliteTx
from .engine import Unusable as Unusable
from .engine import open_store as open_store
from .migrations import migrate as migrate
from .proofs import ProofFolder as ProofFolder

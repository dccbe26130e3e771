"""The database: the only place that knows SQL."""

from .attachments import AttachmentFolder as AttachmentFolder
from .audit import export_audit as export_audit
from .backup import BackupRefused as BackupRefused
from .backup import back_up as back_up
from .backup import read_backup as read_backup
from .backup import restore as restore
from .backup import verify_file as verify_file
from .check import check as check
from .connection import UnusableDatabase as UnusableDatabase
from .engine import SqliteStore as SqliteStore
from .engine import open_store as open_store
from .migrations import migrate as migrate
from .transaction import SqliteTx as SqliteTx
from .transaction import Tx as Tx

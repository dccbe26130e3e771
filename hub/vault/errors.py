"""The errors of secrets and their keys: each names the remedy and no secret.

VaultError (Unopened)       secrets cannot be sealed or opened
+-- KeyFileMissing          no key file where one must be: restore it, a new one opens nothing that is stored
+-- KeyFileUnusable         unreadable, incomplete, open to other users, or another hub's
+-- KeyFileExists           create_keys never replaces keys
+-- UnknownKey              sealed under a key that is not in the ring
+-- NotOpened               damaged, or sealed for another place
"""

from __future__ import annotations

from hub.domain.refusals import Unopened


class VaultError(Unopened):
    """Secrets cannot be sealed or opened; trying again does not help, what helps stands in the text."""


class KeyFileMissing(VaultError):
    """No key file where one must be."""


class KeyFileUnusable(VaultError):
    """The key file cannot be used as it is."""


class KeyFileExists(VaultError):
    """There are keys already."""


class UnknownKey(VaultError):
    """Sealed under a key that the ring does not hold."""


class NotOpened(VaultError):
    """The ciphertext is damaged or was sealed for another place."""

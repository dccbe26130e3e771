"""What a plugin's author needs to prove a plugin: the conformance kit and the simulator's stage.

``contract`` holds the proofs as plain checks, ``suite.ProviderContract`` makes a test of each,
``simulator`` (extra ``simulator``) is the stage on which a provider is faked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .contract import PROOFS as PROOFS
from .contract import Finding as Finding
from .contract import Proof as Proof
from .contract import Result as Result
from .contract import Subject as Subject
from .contract import prove as prove
from .contract import run_proofs as run_proofs

if TYPE_CHECKING:
    from .suite import ProviderContract as ProviderContract


def __getattr__(name: str) -> Any:
    if name == "ProviderContract":  # needs pytest, which a hub that checks a plugin does not have
        from .suite import ProviderContract

        return ProviderContract
    raise AttributeError(name)

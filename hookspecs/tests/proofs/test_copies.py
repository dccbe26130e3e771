"""A plugin as a package of its own: what its code imports, and what a copy of it that saw nothing does."""

from __future__ import annotations

import importlib
import sys
import uuid

import pytest

from hub_hookspecs.testing import PROOFS, Subject
from hub_hookspecs.testing.bench import Bench
from hub_hookspecs.testing.copies import fresh_copy

from .desk import SIMULATOR

HOOKS = """
from hookspecs.tests.proofs.tiny import Tiny
from hub_hookspecs import specs
{first}

class Acme(Tiny):
    {part}

acme = Acme()
globals().update({{name: getattr(acme, name) for name in dir(specs) if hasattr(acme, name)}})
"""
SEEN = """def charge(self, order, account, terminal):
        SEEN.append(order)
        return super().charge(order, account, f"T{len(SEEN)}")"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes a package of a fresh name, with a simulator's module beside its hooks."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(first="", part="pass"):
        name = f"acme_{uuid.uuid4().hex}"
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(HOOKS.format(first=first.format(name=name), part=part), "utf-8")
        (tmp_path / name / "simulator.py").write_text("import socket\nimport hub_hookspecs.testing\n", "utf-8")
        return importlib.import_module(name)

    return write


def found(module, proof):
    check = next(item for item in PROOFS if item.name == proof).check
    with Bench(Subject(plugin=module, simulator=SIMULATOR)) as bench:
        return list(check(bench))


ALONE = "it needs neither hub nor simulator, and reaches nothing by itself"


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("import json, re", ""),
        ("import hub_hookspecs.texts", ""),
        ("import hub.domain", "imports hub.domain; a plugin depends on hub_hookspecs alone"),
        ("if False: from hub import domain", "imports hub.domain"),
        ("if False: __import__('hub.flows')", "imports hub.flows"),
        ("from . import simulator", "the simulator is not there where money is real"),
        ("from {name}.simulator import socket", "the simulator is not there where money is real"),
        ("from hub_hookspecs.testing import Subject", "the kit is not there where money is real"),
        ("import socket", "hooks are pure"),
        ("from concurrent.futures import ThreadPoolExecutor", "hooks are pure"),
        ("import urllib.parse", ""),
        ("import urllib.request", "hooks are pure"),
    ],
)
def test_the_code_of_a_plugin_imports_nothing_that_is_not_its_own(package, first, said):
    texts = found(package(first), ALONE)
    assert len(texts) == bool(said), texts
    assert all(said in text and "/__init__.py, line 4: imports " in text for text in texts)


def test_what_a_module_keeps_is_found_by_a_copy_that_saw_nothing(package):
    texts = found(package("SEEN = []", SEEN), "another copy of it does the same")
    assert any("POST /v1/payments is another request in a copy that saw nothing before" in text for text in texts)


def test_a_copy_is_another_module_and_the_first_one_stays_where_it_was(package):
    module = package("SEEN = []")
    module.SEEN.append(1)
    copy = fresh_copy(module)
    assert (copy.SEEN, module.SEEN) == ([], [1])
    assert sys.modules[module.__name__] is module

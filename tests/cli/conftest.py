"""Commands run in this process, on a data folder of their own."""

import contextlib
import io
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from hub.cli import main


@attrs.frozen
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


CREATE = (
    *("company", "create", "tornillo", "--country", "CR", "--type", "CJ", "--number", "3-101-234567"),
    *("--name", "Ferretería El Tornillo S.A.", "--owner", "duena@eltornillo.example"),
    *("--email", "admin@eltornillo.example"),
)
CUSTOMERS = """nombre;tipo;identificacion;correo;telefono
Alejandro González;CF;1-1234-0567;alejandro@example.com;8888-8888
María Solís;CF;2-0456-0789;;
"""
TODAY = datetime.now(UTC).date()
ISSUED, OVERDUE, DUE = (f"{TODAY + timedelta(days=days):%d/%m/%Y}" for days in (-28, -14, 14))
INVOICES = f"""numero;cliente;fecha;vencimiento;total;saldo
FE-001;1-1234-0567;{ISSUED};{OVERDUE};1.234.567,50;
FE-002;alejandro@example.com;{ISSUED};{DUE};18.250,75;10.000,00
"""


def call(*words: str, stdin: bytes = b"") -> Ended:
    """Run one command in this process."""
    before, out, err = sys.stdin, io.StringIO(), io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(list(words))
    finally:
        sys.stdin = before
    return Ended(code, out.getvalue(), err.getvalue())


@pytest.fixture
def run() -> Run:
    """run("company", "list", stdin=b""): run one command."""
    return call


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two data folders to copy: ``bare`` has a database,
    ``shop`` a company with customers and invoices too."""
    folder = tmp_path_factory.mktemp("made")
    assert call("migrate", "--data", str(folder / "bare")).code == 0
    shutil.copytree(folder / "bare", folder / "shop")
    for words, text in (
        (CREATE, ""),
        (("import", "customers", "-"), CUSTOMERS),
        (("import", "invoices", "-"), INVOICES),
    ):
        ended = call(*words, "--data", str(folder / "shop"), stdin=text.encode())
        assert ended.code == 0, ended
    return folder


@pytest.fixture
def bare(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that has a database and nothing in it."""
    return _copied(made / "bare", tmp_path, monkeypatch)


@pytest.fixture
def shop(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One company with two customers and two invoices."""
    return _copied(made / "shop", tmp_path, monkeypatch)


def _copied(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(source, folder)
    monkeypatch.setenv("HUB_DATA", str(folder))
    return folder


def row(ended: Ended, first: str) -> Any:
    """The cells of the printed row that begins with this text."""
    return next(line.split() for line in ended.out.splitlines() if line.startswith(first))

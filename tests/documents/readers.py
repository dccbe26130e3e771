"""Readers of mail that are not ours, each in a process of its own:
Python's parser on other Pythons, git's and Perl's.

Run as a script by any Python: mails as JSON lines on stdin (base64),
what was read of each as JSON lines on stdout.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PERL = r"""
use strict; use warnings; use Encode; use MIME::Base64; binmode(STDOUT, ":utf8");
while (my $line = <STDIN>) {
    my ($head) = split /\r\n\r\n/, decode_base64($line), 2;
    $head =~ s/\r\n([ \t])/$1/g;
    for my $field (split /\r\n/, $head) {
        my ($name, $value) = split /: /, $field, 2;
        print "$name: ", Encode::decode("MIME-Header", $value), "\n" if $name =~ /^(Subject|From|To|Reply-To)$/;
    }
    print "\n";
}
"""


def pythons() -> dict[str, Path]:
    """Every Python of a supported version that the machine has, by version; the running one is left out."""
    found: dict[str, Path] = {}
    places = [Path.home().glob(".pyenv/versions/3.*/bin/python3"), Path("/usr/bin").glob("python3.[0-9][0-9]")]
    for path in sorted(path for place in places for path in place):
        asked = subprocess.run(
            [path, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        version = asked.stdout.strip()
        if asked.returncode == 0 and version.startswith("3.") and int(version[2:]) >= 11:
            found.setdefault(version, path)
    found.pop("{}.{}".format(*sys.version_info), None)
    return found


def written_by(python: Path, mails: Sequence[dict[str, Any]]) -> list[bytes]:
    """The same mails as another Python puts them on the wire:
    it needs the standard library and attrs alone."""
    import attrs

    folders = os.pathsep.join([str(ROOT), str(Path(attrs.__file__).parents[1])])
    lines = "".join(json.dumps(mail) + "\n" for mail in mails)
    run = subprocess.run(
        [python, "-B", __file__, "write"],
        env={"PYTHONPATH": folders, "PYTHONIOENCODING": "utf-8"},
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return [base64.b64decode(line) for line in run.stdout.splitlines()]


def read_by_python(python: Path, mails: Sequence[bytes]) -> list[dict[str, Any]]:
    """What the parser of another Python reads."""
    run = subprocess.run(
        [python, "-I", "-B", __file__, "read"], input=_lines(mails), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def read_by_perl(mails: Sequence[bytes]) -> list[dict[str, str]]:
    """Subject and addresses as Perl decodes them."""
    perl = shutil.which("perl")
    assert perl
    run = subprocess.run([perl, "-e", PERL], input=_lines(mails), capture_output=True, encoding="utf-8", check=True)
    found = (block.split("\n") for block in run.stdout.split("\n\n")[:-1])
    return [dict(line.split(": ", 1) for line in block if line) for block in found]


def read_by_git(mail: bytes, folder: Path) -> dict[str, str]:
    """Subject, author and text as ``git mailinfo`` takes a mail apart; it reads files,
    whose lines end as here."""
    git = shutil.which("git")
    assert git
    text, rest = folder / "text", folder / "rest"
    run = subprocess.run(
        [git, "mailinfo", "-k", "--encoding=utf-8", str(text), str(rest)],
        input=mail.replace(b"\r\n", b"\n"),
        capture_output=True,
        check=True,
        cwd=folder,
    )
    head = dict(line.split(": ", 1) for line in run.stdout.decode().splitlines() if ": " in line)
    return {**head, "text": text.read_text(encoding="utf-8")}


def _lines(mails: Sequence[bytes]) -> str:
    return "".join(base64.b64encode(mail).decode() + "\n" for mail in mails)


def read(raw: bytes) -> dict[str, Any]:
    """What this Python's parser reads."""
    message = message_from_bytes(raw, policy=default)
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "from": [[box.display_name, box.addr_spec] for box in message["From"].addresses],
        "to": [[box.display_name, box.addr_spec] for box in message["To"].addresses],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "types": [part.get_content_type() for part in message.walk()],
        "files": [part.get_filename() for part in message.walk() if part.get_filename()],
        "bodies": [
            part.get_content().replace("\r\n", "\n") for part in message.walk() if part.get_content_maintype() == "text"
        ],
    }


def main() -> None:
    """One of the other Pythons."""
    if sys.argv[1] == "read":
        for line in sys.stdin:
            sys.stdout.write(json.dumps(read(base64.b64decode(line))) + "\n")
        return
    import importlib.util
    from datetime import UTC, datetime

    from hub.domain.mail import Mail

    spec = importlib.util.spec_from_file_location("wire", ROOT / "hub/documents/wire.py")
    assert spec
    assert spec.loader
    wire = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(wire)
    for line in sys.stdin:
        mail = json.loads(line)
        mail["attachments"] = tuple(
            (name, kind, base64.b64decode(content)) for name, kind, content in mail.get("attachments", ())
        )
        made = wire.wire_of(Mail(**mail), datetime(2026, 11, 21, 15, 41, tzinfo=UTC))
        sys.stdout.write(base64.b64encode(made).decode() + "\n")


if __name__ == "__main__":
    main()

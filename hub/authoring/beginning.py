"""Writes a provider's distribution from the template, and merges a later template into it.

The template is a folder for each version that was ever released, and a released one is never edited: what an author
changed since is told apart from what the template changed by writing the older one again. The library that does so
(copier) looks for versions in a git repository, so one is made of these folders while it works.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs

from .country_facts import CountryFacts
from .wanted import Wanted

TEMPLATE: Final = Path(__file__).with_name("template")
ANSWERS: Final = ".copier-answers.yml"
SOURCE: Final = "_src_path: payment-hub\n"
"""Where the answers say that the template comes from; only the hub can tell where it lies on a machine."""


class CannotWrite(Exception):
    """Why no distribution was written or changed, and what to do."""


@attrs.frozen(kw_only=True)
class Updated:
    """What an update did.

    Attributes:
        before, after: Versions of the template.
        changed: Files that are other than before.
        conflicts: Those in which both the author and the template changed the same lines; both stand there, marked.
    """

    before: str
    after: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


def versions(template: Path = TEMPLATE) -> list[str]:
    """The template's versions, the newest last."""
    return sorted((path.name for path in template.iterdir() if path.is_dir()), key=_numbers)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def write_distribution(wanted: Wanted, country: CountryFacts, folder: Path, template: Path = TEMPLATE) -> list[str]:
    """Write a provider's distribution into an empty or missing folder, and say which files it has.

    Raises:
        CannotWrite: The folder holds something, or the library is missing.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotWrite(f"{folder} is not empty: name another folder with --into, or empty it")
    _copier().run_copy(
        str(template / versions(template)[-1]), folder, data=answers_for(wanted, country), defaults=True, quiet=True
    )
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def answers_for(wanted: Wanted, country: CountryFacts) -> dict[str, Any]:
    """What the template asks."""
    facts = attrs.asdict(country)
    return {
        **{name: getattr(wanted, name) for name in ("code", "name", "country", "starts", "proof", "refunds", "cancel")},
        "notification": "notification" in wanted.news,
        "query": "query" in wanted.news,
        "own_country": facts.pop("own"),
        "country_name": facts.pop("name"),
        **facts,
    }


def update_distribution(folder: Path, template: Path = TEMPLATE) -> Updated:
    """Bring a distribution up to date with the newest template; what its author changed stays.

    All is done in a copy, so that what goes wrong leaves the folder as it was.

    Raises:
        CannotWrite: It did not begin from the template, or is no clean git checkout.
    """
    copier = _copier()
    before, after = _version_in(folder), versions(template)[-1]
    if before not in versions(template):
        raise CannotWrite(
            f"it was begun from template {before}, which this payment-hub does not know: install a newer one"
        )
    top = Path(_checkout_of(folder))
    if before == after:
        return Updated(before=before, after=after)
    with TemporaryDirectory() as work:
        source, copy = Path(work, "template"), Path(work, "copy")
        _repository(template, source)
        _git(Path(work), "clone", "-q", str(top), str(copy))
        inside = copy / folder.resolve().relative_to(top)
        answers = inside / ANSWERS
        answers.write_text(answers.read_text("utf-8").replace(SOURCE, f"_src_path: {source}\n"), "utf-8")
        _git(copy, "commit", "-qam", "where the template is")
        copier.run_update(inside, defaults=True, overwrite=True, quiet=True, conflict="inline")
        changed = list(_bring_back(inside, folder.resolve()))
    conflicts = tuple(name for name in changed if _is_conflict(folder / name))
    return Updated(before=before, after=after, changed=tuple(changed), conflicts=conflicts)


def _copier() -> Any:
    """The library, imported only here: it is an extra, and takes its time."""
    try:
        import copier
    except ImportError:
        raise CannotWrite(
            "a provider is written by copier, which is not installed: install the extra, with "
            "python -m pip install 'payment-hub[author]'"
        ) from None
    return copier


def _version_in(folder: Path) -> str:
    try:
        lines = (folder / ANSWERS).read_text("utf-8").splitlines()
    except OSError:
        raise CannotWrite(f"{folder} has no {ANSWERS}: it did not begin with `payment-hub plugins new`") from None
    found = next((line.partition(":")[2].strip().strip("\"'") for line in lines if line.startswith("_commit:")), "")
    if not found or SOURCE.strip() not in lines:
        raise CannotWrite(f"{folder / ANSWERS} does not say from which template of payment-hub it began")
    return found


def _checkout_of(folder: Path) -> str:
    if shutil.which("git") is None:
        raise CannotWrite("an update needs git, which is not installed")
    try:
        top = _git(folder, "rev-parse", "--show-toplevel")
        dirty = _git(folder, "status", "--porcelain")
        _git(folder, "rev-parse", "HEAD")
    except subprocess.CalledProcessError:
        raise CannotWrite(
            f"{folder} is no git checkout with a commit: make it one, so that an update can be seen"
        ) from None
    if dirty:
        raise CannotWrite("there are changes that are not committed: commit or stash them first")
    return top


def _repository(template: Path, folder: Path) -> None:
    """A git repository with a commit and a tag for each version."""
    folder.mkdir()
    _git(folder, "init", "-q")
    for version in versions(template):
        for old in folder.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        shutil.copytree(template / version, folder, dirs_exist_ok=True)
        _git(folder, "add", "-Af")
        _git(folder, "commit", "-q", "--allow-empty", "-m", version)
        _git(folder, "tag", version)


def _bring_back(copy: Path, folder: Path) -> Iterator[str]:
    """Take over what became other in the copy."""
    _git(copy, "add", "-A", ".")
    for name in _git(copy, "diff", "--name-only", "--relative", "-z", "HEAD~1").split("\0"):
        if not name:
            continue
        target = folder / name
        if (copy / name).exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy / name, target)
        else:
            target.unlink(missing_ok=True)
        yield name


def _is_conflict(file: Path) -> bool:
    return file.is_file() and b"<<<<<<< before updating" in file.read_bytes()


def _git(folder: Path, *words: str) -> str:
    """One git command, by nobody's configuration but the folder's."""
    names = ("-c", "user.name=payment-hub", "-c", "user.email=payment-hub", "-c", "commit.gpgsign=false")
    command = ["git", *names, "-c", "core.hooksPath=/dev/null", *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.stdout.strip()

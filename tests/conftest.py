"""What every test may use.

Needs of a test that a machine may lack (a browser, later a database server) go through `require`:

    def test_page(require):
        require("chromium", shutil.which("chromium"), "install Debian's chromium")

Where the need is not met the test is skipped, visibly. A skip must not look green in CI, though:
the environment variable HUB_TEST_REQUIRE names needs, separated by commas, whose skip is a failure
there (`HUB_TEST_REQUIRE=chromium`). That holds for every skip whose reason begins with "needs
NAME:", a skipif mark or a whole module included.
"""

import importlib.metadata
import os
import shutil
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
import structlog
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Require = Callable[[str, object, str], None]

CHROMIUM_FLAGS = (
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def require() -> Require:
    """require(name, condition, reason): go on if the condition holds, else skip (or fail, see above)."""

    def check(name: str, condition: object, reason: str) -> None:
        if not condition:
            pytest.skip(f"needs {name}: {reason}")

    return check


@pytest.fixture(scope="session")
def chromium(require: Require) -> "Iterator[Browser]":
    """Debian's chromium, driven by Playwright; Playwright's own browsers are never downloaded."""
    path = shutil.which("chromium")
    require("chromium", path, "install Debian's chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """What a test makes of the logs ends with it: a filter left behind would hide lines
    from the next one's eyes."""
    yield
    structlog.reset_defaults()


@attrs.define
class Site:
    """A folder of installed distributions, made by hand."""

    path: Path

    def install(self, name: str, entries: dict[str, dict[str, str]], **modules: str) -> None:
        """Write modules, and the dist-info that an installer would have left."""
        for module, source in modules.items():
            (self.path / f"{module}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        info = self.path / f"{name.replace('-', '_')}-1.2.0.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.0\nSummary: {name}, made by hand\n"
        (info / "METADATA").write_text(metadata, encoding="utf-8")
        groups = (
            f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in items.items())
            for group, items in entries.items()
        )
        (info / "entry_points.txt").write_text("\n".join(groups) + "\n", encoding="utf-8")

    def entry_points(self) -> list[importlib.metadata.EntryPoint]:
        """All entry points of this folder."""
        found = importlib.metadata.distributions(path=[str(self.path)])
        return [entry for distribution in found for entry in distribution.entry_points]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty folder of installed distributions, on the path for this test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


@pytest.fixture
def dummy_pe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The distribution of tests/plugins/dummy-pe as if it were installed:
    found by its entry points, for this test."""
    yield install_dummy_pe(tmp_path, monkeypatch)
    for name in [name for name in sys.modules if name.partition(".")[0] == "hub_dummy_pe"]:
        del sys.modules[name]


def install_dummy_pe(site: Path, monkeypatch: pytest.MonkeyPatch, **countries: str) -> Path:
    """Make it found, with its own country or with others by their code; gives back its folder."""
    return install_plugin("dummy-pe", site, monkeypatch, **countries)


def install_plugin(name: str, site: Path, monkeypatch: pytest.MonkeyPatch, **countries: str) -> Path:
    """Make a plugin of ``tests/plugins`` found, as if it were installed; gives back its folder."""
    folder = Path(__file__).parent / "plugins" / name
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = site / "site" / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    lines = []
    for group, entries in (project["entry-points"] | ({"hub.countries": countries} if countries else {})).items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.syspath_prepend(info.parent)
    monkeypatch.syspath_prepend(folder / "src")
    return folder


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """The whole run is shared by a process for each processor; a part of it stays in one,
    where a debugger works."""
    unsaid = config.getoption("numprocesses", 0) is None and config.getoption("capture") != "no"
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not hasattr(config, "workerinput")
    if unsaid and whole:
        config.option.numprocesses = "auto"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests and put them last: Playwright leaves an event loop running in the main
    thread, and asyncio.run would refuse to work in the tests after them. The long ones of them
    stand in the last modules."""
    places = {path: place for place, path in enumerate(dict.fromkeys(item.path for item in items))}
    last = len(places)
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: last - places[item.path] if item.get_closest_marker("browser") else 0)


class ByModule(LoadScopeScheduling):
    """Shares a run module by module, in their order: a module's tests share a server.

    Those of a module that were put last, away from its others, are a share of their own.
    """

    def schedule(self) -> None:
        if self.collection is None and self.collection_is_completed:
            self._shares = {}
            seen: dict[str, int] = {}
            before = ""
            for test in next(iter(self.registered_collections.values())):
                module = test.partition("::")[0]
                seen[module] = seen.get(module, 0) + (module != before)
                self._shares[test], before = f"{module} {seen[module]}", module
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self._shares[nodeid]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule | None:
    """Where nothing else was asked for."""
    if config.getoption("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return ByModule(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[Any]:
    report = yield
    return _refuse_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[Any]:
    report = yield
    return _refuse_skip(report)


def _refuse_skip(report: Any) -> Any:
    if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        required = [name.strip() for name in os.environ.get("HUB_TEST_REQUIRE", "").split(",") if name.strip()]
        if any(reason.startswith(f"needs {name}:") for name in required):
            report.outcome = "failed"
            report.longrepr = f"HUB_TEST_REQUIRE forbids this skip: {reason}"
    return report

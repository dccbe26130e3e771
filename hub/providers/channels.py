"""The installed channels, and how a notice is handed to one: once, to its declared hosts, with the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from importlib.metadata import EntryPoint
from typing import Any, Final

import attrs
import pluggy
import structlog

from hub.domain.mail import NoticeNotTaken, NoticeUnclear
from hub_hookspecs import (
    CONTRACT_VERSION,
    MAX_REQUESTS,
    PROJECT,
    ChannelAccount,
    ChannelInfo,
    Notice,
    NoticeRefused,
    NoticeTaken,
    channel_specs,
    exchange_of,
)
from hub_hookspecs.http import library as httpx

from .entry_points import Rejected, found_in, guarded, load_all, reported
from .registry import LoadFailure, StageOrder
from .stepping import Stepper
from .wire import AddressesOf, Lost, Wire, public_addresses
from .wires import default_context

CHANNELS: Final = "hub.channels"
STEP_SECONDS: Final = 2.0
CONNECT_SECONDS: Final = 10.0

log = structlog.get_logger(__name__)


@attrs.define(eq=False, kw_only=True)
class LoadedChannel:
    """One loaded channel.

    Attributes:
        is_overridden: Its endpoints are the deployment's own.
    """

    info: ChannelInfo
    hooks: Any = attrs.field(repr=False)
    account: ChannelAccount
    is_overridden: bool = False
    stepper: Stepper = attrs.field(repr=False)


@attrs.define(eq=False)
class Channels:
    """The channels that are served, by code, and those in quarantine."""

    loaded: Mapping[str, LoadedChannel] = attrs.field(factory=dict)
    failures: tuple[LoadFailure, ...] = ()
    _addresses_of: AddressesOf = public_addresses
    _wires: dict[str, Wire] = attrs.field(factory=dict, init=False)

    def __contains__(self, code: object) -> bool:
        return code in self.loaded

    def __iter__(self) -> Iterator[LoadedChannel]:
        return iter(self.loaded.values())

    async def send(self, code: str, notice: Notice) -> NoticeTaken:
        """Hand a notice over.

        Raises:
            NoticeNotTaken: No byte left, or the service said no.
            NoticeUnclear: Anything else.
        """
        channel = self.loaded.get(code)
        if channel is None:
            raise NoticeNotTaken(f"the channel {code} is not installed")
        exchange = exchange_of(partial(channel.hooks.send_notice, notice=notice, account=channel.account))
        wrote, resume = False, partial(next, exchange)
        for _request in range(MAX_REQUESTS + 1):
            try:
                request = await channel.stepper.run(partial(_step, resume))
            except NoticeRefused as refused:
                raise NoticeNotTaken(str(refused)[:200]) from None
            except Exception as error:  # noqa: BLE001 - whatever a channel raises costs its notice, not the hub
                raise _end(wrote, f"{code} raised {type(error).__name__}") from None
            if isinstance(request, NoticeTaken):
                return request
            if not isinstance(request, httpx.Request) or not _is_declared(channel, request):
                raise _end(wrote, f"{code} asked for something that it did not declare")
            outcome = await self._wire(channel).send(
                request, fresh=True, public=not channel.is_overridden, limit=channel.info.timeout_seconds
            )
            if isinstance(outcome, Lost):
                wrote, trouble = wrote or outcome.wrote, type(outcome.trouble).__name__
                resume = partial(exchange.throw, outcome.trouble)
            else:
                wrote, trouble, resume = True, "", partial(exchange.send, outcome)
            log.info("notice_request", channel=code, host=request.url.host, trouble=trouble)
        raise _end(wrote, f"{code} asked for too many requests")

    def _wire(self, channel: LoadedChannel) -> Wire:
        code = channel.info.code
        if code not in self._wires:
            self._wires[code] = Wire(default_context(), CONNECT_SECONDS, self._addresses_of)
        return self._wires[code]

    async def close(self) -> None:
        """Close all connections and let the threads end."""
        for wire in self._wires.values():
            await wire.close()
        for channel in self:
            channel.stepper.close()


def _step(resume: Callable[[], Any]) -> Any:
    """The next request, or the result."""
    try:
        return resume()
    except StopIteration as ended:
        return ended.value


def _end(wrote: bool, why: str) -> Exception:
    return NoticeUnclear(why) if wrote else NoticeNotTaken(why)


def _is_declared(channel: LoadedChannel, request: Any) -> bool:
    def origin(url: Any) -> tuple[str, str, int | None]:
        return url.scheme, url.host, url.port

    return origin(request.url) in {origin(httpx.URL(url)) for url in channel.account.endpoints.values()}


def load_channels(
    settings: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    *,
    strict: bool = False,
    entry_points: Iterable[EntryPoint] | None = None,
) -> Channels:
    """Load every installed channel.

    Args:
        settings: By channel code: ``{"settings": {name: value}, "endpoints": {role: url}}``.
        strict: Any failure is fatal.

    Raises:
        StrictLoadError: With ``strict``, when one failed.
    """
    given = settings or {}
    entries = found_in(CHANNELS, entry_points)
    found, failures = load_all(entries, lambda entry: _load(entry, given.get(entry.name, {})), kind="channel")
    return Channels(found, reported(failures, strict))


def _load(entry: EntryPoint, given: Mapping[str, Mapping[str, str]]) -> LoadedChannel:
    module = guarded(StageOrder.IMPORT, entry.load)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(channel_specs)
    guarded(StageOrder.REGISTER, lambda: manager.register(module, name=entry.name))
    has = {caller.name for caller in manager.get_hookcallers(module) or []}
    if missing := [hook for hook in channel_specs.REQUIRED if hook not in has]:
        raise Rejected(StageOrder.DESCRIBE, f"it implements no {missing[0]}")
    info = guarded(StageOrder.DESCRIBE, manager.hook.describe_channel)
    guarded(StageOrder.CHECK, manager.check_pending)
    if faults := list(_faults(info, entry.name)):
        raise Rejected(StageOrder.CHECK, "; ".join(faults))
    values, endpoints = given.get("settings", {}), given.get("endpoints", {})
    if lacking := [name for name in info.settings if not values.get(name)]:
        raise Rejected(
            StageOrder.CONFIGURE,
            f"its setting {lacking[0]} is missing",
            f"Write {lacking[0]} under [channels.{entry.name}.settings] in hub.toml.",
        )
    return LoadedChannel(
        info=info,
        hooks=manager.hook,
        account=ChannelAccount(settings=dict(values), endpoints={**info.endpoints, **endpoints}),
        is_overridden=bool(endpoints),
        stepper=Stepper(entry.name, STEP_SECONDS),
    )


def _faults(info: object, code: str) -> Iterator[str]:
    if not isinstance(info, ChannelInfo):
        yield f"describe_channel returned {type(info).__name__}, not a ChannelInfo"
        return
    if info.code != code:
        yield f'its code is "{info.code}", its entry point is named "{code}"'
    if code == "mail":
        yield "mail is the hub's own channel"
    (major, minor), (ours, newest) = info.contract_version, CONTRACT_VERSION
    if major != ours or minor > newest:
        yield f"it needs contract {major}.{minor}, this hub has {ours}.{newest}"
    if not info.endpoints or any(httpx.URL(url).scheme != "https" for url in info.endpoints.values()):
        yield "endpoints: it needs one, and each begins with https"

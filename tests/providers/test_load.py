"""Plugins are found one by one; one that fails is quarantined with its reason, and all others live."""

from __future__ import annotations

import pytest

from hub.providers.countries import load_countries
from hub.providers.entry_points import StrictLoadError
from hub.providers.load import load_providers
from hub.providers.registry import ProviderNotServed
from hub.providers.simulators import load_simulators
from hub_hookspecs import Mode
from tests.conftest import Site

GOOD = """
    from hub_hookspecs import *
    from hub_hookspecs import hookimpl, ProviderInfo

    @hookimpl
    def describe_provider():
        way = Way(code="form", label="Form", starts=Starts.SESSION, outcome=frozenset({"query"}), query_by=QueryBy.OURS)
        return ProviderInfo(
            code="CODE", name="Acme", contract_version=(1, 1), countries=("CR",),
            currencies=(CurrencyRule(currency="CRC", decimals=2),), channels=frozenset(Channel), ways=(way,),
            reference=ReferenceRule(10),
            endpoints={"live": {"api": "https://api.acme.example"}, "test": {"api": "https://test.acme.example"}},
        )

    @hookimpl
    def validate_identity(check, account): ...

    @hookimpl
    def create_payment(order, account): ...

    @hookimpl
    def render_pay_button(offer):
        return PayButton(label="Acme", accessible_label="Acme")

    @hookimpl
    def query_payment(query, account): ...
"""


def install(site: Site, code: str, source: str = GOOD, distribution: str = "") -> None:
    module = f"plugin_{len(list(site.path.iterdir()))}"
    site.install(
        distribution or f"payment-hub-{code}",
        {"hub.providers": {code: module}},
        **{module: source.replace("CODE", code)},
    )


def test_an_installed_plugin_is_served_with_the_hooks_it_implements(site):
    install(site, "acme")

    acme = load_providers(entry_points=site.entry_points())["acme"]

    assert (acme.distribution, acme.version) == ("payment-hub-acme", "1.2.0")
    assert {
        "describe_provider",
        "validate_identity",
        "create_payment",
        "render_pay_button",
        "query_payment",
    } == acme.capabilities
    assert not acme.can("refund_payment")


def test_plugins_are_found_where_distributions_are_installed(site):
    install(site, "acme")
    assert "acme" in load_providers()


BROKEN = {
    "its import fails": ("import no_such_module_anywhere", "import", "ModuleNotFoundError"),
    "its import ends the process": ("import sys; sys.exit(3)", "import", "SystemExit: 3"),
    "it has a syntax error": ("def", "import", "SyntaxError"),
    "a hook takes an argument that no hook has": (
        GOOD.replace("def render_pay_button(offer)", "def render_pay_button(request)"),
        "register",
        "request",
    ),
    "it describes nothing": ("x = 1", "describe", "no describe_provider"),
    "describing fails": (
        GOOD.replace('way = Way(code="form"', 'way = Way(cod="form"'),
        "describe",
        "TypeError",
    ),
    "a way only authorises and nobody can capture": (
        GOOD.replace("query_by=QueryBy.OURS)", "query_by=QueryBy.OURS, authorises=True)"),
        "check",
        "way form only authorises, and it implements no capture_payment",
    ),
    "it describes something else": (
        GOOD.replace("return ProviderInfo(", "return dict("),
        "check",
        "returned dict, not ProviderInfo",
    ),
    "its code is another": (GOOD.replace('code="CODE"', 'code="other"'), "check", 'its code is "other"'),
    "a hook's name is misspelt": (
        GOOD.replace("def query_payment(query, account)", "def query_paiment(query, account)"),
        "check",
        "query_paiment",
    ),
    "a required hook is missing": (
        GOOD.replace("    @hookimpl\n    def create_payment", "    def create_payment"),
        "check",
        "implements no create_payment",
    ),
    "no news can come": (
        GOOD.replace("    @hookimpl\n    def query_payment", "    def query_payment"),
        "check",
        "neither handle_notification nor query_payment",
    ),
    "it wants a later contract": (
        GOOD.replace("contract_version=(1, 1)", "contract_version=(1, 9)"),
        "check",
        "contract 1.9",
    ),
    "it knows an older contract only": (
        GOOD.replace("contract_version=(1, 1)", "contract_version=(0, 1)"),
        "check",
        "contract 0.1",
    ),
    "a currency is unknown": (GOOD.replace('"CRC"', '"XXX"'), "check", "currency 'XXX' is unknown"),
    "a live endpoint is plain http": (
        GOOD.replace("https://api.acme", "http://api.acme"),
        "check",
        "live endpoint api is not a plain https address",
    ),
    "its payers accept terms that nobody fetches": (
        GOOD.replace('way = Way(code="form"', 'way = Way(terms=True, code="form"'),
        "check",
        "implements no fetch_form",
    ),
    "no way is declared": (GOOD.replace("ways=(way,)", "ways=()"), "check", "no way"),
    "its reference could be guessed": (GOOD.replace("ReferenceRule(10)", "ReferenceRule(3)"), "check", "reference"),
    "a setting's pattern does not compile": (
        GOOD.replace("endpoints={", 'settings=(Setting(name="key", label="K", help="h", pattern="("),), endpoints={'),
        "check",
        "setting key: its pattern does not compile",
    ),
}


@pytest.mark.parametrize(("source", "stage", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_quarantined_with_its_reason_and_the_others_live(site, source, stage, words):
    install(site, "broken", source)
    install(site, "acme")

    registry = load_providers(entry_points=site.entry_points())

    assert list(registry.providers) == ["acme"]
    (failure,) = registry.failures
    assert ("payment-hub-broken", "1.2.0", "broken", stage) == (
        failure.distribution,
        failure.version,
        failure.code,
        failure.stage,
    )
    assert words in failure.error
    assert f"payment-hub-broken 1.2.0 is quarantined at stage {stage}: " in str(failure)
    with pytest.raises(ProviderNotServed, match=r"payment-hub-broken 1\.2\.0 is quarantined"):
        registry["broken"]


def test_two_plugins_with_one_code_quarantine_both_and_each_names_the_other(site):
    install(site, "acme", distribution="acme-one")
    install(site, "acme", distribution="acme-two")
    install(site, "zebra")

    registry = load_providers(entry_points=site.entry_points())

    assert list(registry.providers) == ["zebra"]
    assert {("acme-one", "acme-two 1.2.0"), ("acme-two", "acme-one 1.2.0")} == {
        (failure.distribution, failure.error.split('"acme" is claimed by ')[1].removesuffix(" too"))
        for failure in registry.failures
    }


def test_a_failure_is_fatal_when_the_deployment_asks_for_it(site):
    install(site, "acme")
    install(site, "broken", "import no_such_module_anywhere")

    with pytest.raises(StrictLoadError, match=r"payment-hub-broken 1\.2\.0 is quarantined at stage import"):
        load_providers(strict=True, entry_points=site.entry_points())


def test_the_deployment_points_test_accounts_elsewhere_and_live_ones_never(site):
    install(site, "acme")
    settings = {"acme": {"endpoints": {"api": "http://127.0.0.1:8801/"}}}

    acme = load_providers(settings=settings, entry_points=site.entry_points())["acme"]

    assert acme.endpoints(Mode.TEST) == {"api": "http://127.0.0.1:8801"}
    assert acme.endpoints(Mode.LIVE) == {"api": "https://api.acme.example"}
    assert (acme.is_simulated(Mode.TEST), acme.is_simulated(Mode.LIVE)) == (True, False)


@pytest.mark.parametrize(
    ("endpoints", "words"),
    [
        ({"api": "127.0.0.1:8801"}, 'endpoint "api" has no scheme: "127.0.0.1:8801"'),
        ({"api": "http://"}, "has no host"),
        ({"api": "ftp://127.0.0.1"}, "neither http nor https"),
        ({"api": "http://10.0.0.8"}, "uses http outside this machine"),
        ({"api": "http://acme.example"}, "uses http outside this machine"),
        ({"api": "https://me:pw@acme.example"}, "is more than an address"),
        ({"api": 8801}, "is not text"),
        ({"oauth": "https://acme.example"}, 'unknown endpoint "oauth"'),
    ],
)
def test_a_bad_operator_setting_quarantines_the_plugin_and_names_the_remedy(site, endpoints, words):
    install(site, "acme")

    registry = load_providers(settings={"acme": {"endpoints": endpoints}}, entry_points=site.entry_points())

    (failure,) = registry.failures
    assert failure.stage == "configure"
    assert words in failure.error
    assert "[providers.acme.endpoints] in hub.toml" in str(failure)


def test_a_plugin_whose_button_cannot_be_drawn_costs_its_button_only(site):
    install(site, "acme", GOOD.replace('PayButton(label="Acme"', 'PayButton(label="<b>" * 40'))
    acme = load_providers(entry_points=site.entry_points())["acme"]

    with pytest.raises(Exception, match="label is plain text of at most 40 characters") as raised:
        acme.button(offer=None)
    assert type(raised.value).__name__ == "PluginFault"


COUNTRY = """
    from hub_hookspecs import Country, ReceiptRules
    COUNTRY = Country(
        code="CODE", name="Perú", identity_types=(),
        currencies=("PEN",), locale="es_PE", zone="America/Lima",
        address_parts=(), mobile="9[0-9]{8}", phone_prefix="+51",
        receipts=ReceiptRules(major={"PEN": ("sol", "soles")}),
    )
"""


def test_countries_are_found_the_same_way(site):
    site.install("peru", {"hub.countries": {"PE": "peru_country:COUNTRY"}}, peru_country=COUNTRY.replace("CODE", "PE"))
    site.install(
        "wrong", {"hub.countries": {"EC": "wrong_country:COUNTRY"}}, wrong_country=COUNTRY.replace("CODE", "XX")
    )
    site.install("nothing", {"hub.countries": {"BO": "peru_country"}})

    countries = load_countries(entry_points=site.entry_points())

    assert [country.name for country in countries] == ["Perú"]
    assert {
        failure.code: next(w for w in ('its code is "XX"', "names peru_country, not a Country") if w in failure.error)
        for failure in countries.failures
    } == {"EC": 'its code is "XX"', "BO": "names peru_country, not a Country"}


WRONG = {
    "its pattern does not compile": ('mobile="9[0-9]{8}"', 'mobile="9("', "mobile: '9(' does not compile"),
    "its zone is unknown": ("America/Lima", "America/Linma", "zone: no time zone 'America/Linma' is known"),
    "its currency has no words": ('{"PEN": ("sol", "soles")}', "{}", "receipts.major does not say one and many of PEN"),
    "its check digit raises": (
        "identity_types=()",
        'identity_types=(IdentityType(code="RUC", label="RUC", pattern="[0-9]{11}", check_digit=lambda n: n[11]),)',
        "identity type RUC: check_digit raised IndexError",
    ),
    "its record is no record": ('currencies=("PEN",)', "currencies=None", "holds a value of the wrong type"),
    "its holidays end the process": (
        "address_parts=()",
        "address_parts=(), holidays=Holidays(lambda year: exit(3))",
        "SystemExit: 3",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "said"), WRONG.values(), ids=WRONG)
def test_a_broken_country_is_quarantined_with_its_reason_and_the_others_live(site, right, wrong, said):
    whole = COUNTRY.replace("import Country", "import Country, Holidays, IdentityType").replace("CODE", "PE")
    broken = whole.replace(right, wrong)
    assert broken != whole
    site.install("peru", {"hub.countries": {"PE": "peru_country:COUNTRY"}}, peru_country=broken)
    chile = whole.replace('"PE"', '"CL"').replace("es_PE", "es_CL")
    site.install("chile", {"hub.countries": {"CL": "chile_country:COUNTRY"}}, chile_country=chile)

    countries = load_countries(entry_points=site.entry_points())

    assert [country.code for country in countries] == ["CL"]
    (failure,) = countries.failures
    assert (
        failure.distribution,
        failure.version,
        failure.code,
        failure.stage,
    ) == ("peru", "1.2.0", "PE", "check")
    assert said in failure.error
    assert str(failure).startswith("country PE of peru 1.2.0 is quarantined at stage check: ")
    with pytest.raises(StrictLoadError, match=r"country PE of peru 1\.2\.0 is quarantined at stage check"):
        load_countries(strict=True, entry_points=site.entry_points())


def test_two_countries_with_one_code_quarantine_both(site):
    for name in ("one", "two"):
        module = f"country_{name}"
        site.install(name, {"hub.countries": {"PE": f"{module}:COUNTRY"}}, **{module: COUNTRY.replace("CODE", "PE")})

    countries = load_countries(entry_points=site.entry_points())

    assert list(countries) == []
    assert sorted(failure.distribution for failure in countries.failures) == ["one", "two"]


def test_a_simulator_is_imported_when_it_is_asked_for_and_not_before(site):
    site.install("acme", {"hub.simulators": {"acme": "acme_simulator"}}, acme_simulator="code = 'acme'")
    site.install("dead", {"hub.simulators": {"dead": "dead_simulator"}}, dead_simulator="raise RuntimeError('started')")

    simulators = load_simulators(site.entry_points())

    assert sorted(simulators) == ["acme", "dead"]
    assert simulators["acme"].code == "acme"
    with pytest.raises(RuntimeError, match="started"):
        simulators["dead"]

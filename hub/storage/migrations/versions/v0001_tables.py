"""All tables, as they stood at the first release."""
# ruff: noqa: E501 - written out from the schema

import sqlalchemy as sa
from alembic import op

from hub.storage.migrations import recreate_triggers

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table, then every trigger."""
    op.create_table(
        "merchant",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("merchant_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("merchant_key")),
        sa.UniqueConstraint("slug", name=op.f("merchant_slug_once")),
        sqlite_strict=True,
    )
    op.create_table(
        "member",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("role IN ('accountant', 'operator', 'owner')", name=op.f("member_role")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("member_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", "email", name=op.f("member_key")),
        sqlite_strict=True,
    )
    op.create_index("member_by_email", "member", [sa.literal_column("lower(email)")], unique=False)
    op.create_table(
        "logo",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", WHOLE, nullable=False),
        sa.Column("height", WHOLE, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("stored_at", WHOLE, nullable=False),
        sa.CheckConstraint("height BETWEEN 1 AND 1000000000000000", name=op.f("logo_height")),
        sa.CheckConstraint("width BETWEEN 1 AND 1000000000000000", name=op.f("logo_width")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("logo_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", name=op.f("logo_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "withholding_rate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("tax", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("folded_concept", sa.Text(), nullable=False),
        sa.Column("parts", WHOLE, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("minimum_base", WHOLE, nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("used_at", WHOLE, nullable=True),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", WHOLE, nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_at", WHOLE, nullable=True),
        sa.CheckConstraint("concept <> '' AND added_by <> ''", name=op.f("withholding_rate_accounted_for")),
        sa.CheckConstraint("unit IN ('per_mille', 'percent')", name=op.f("withholding_rate_unit")),
        sa.CheckConstraint("(valid_to IS NULL) = (closed_at IS NULL)", name=op.f("withholding_rate_closed")),
        sa.CheckConstraint("minimum_base BETWEEN 0 AND 1000000000000000", name=op.f("withholding_rate_minimum_base")),
        sa.CheckConstraint("parts BETWEEN 1 AND 1000000", name=op.f("withholding_rate_parts")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("withholding_rate_days")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("withholding_rate_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("withholding_rate_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("withholding_rate_by_merchant_tax_valid_from"),
        "withholding_rate",
        ["merchant", "tax", "valid_from"],
        unique=False,
    )
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("sign_in_merchant_known")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("sign_in_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("signed_in_at", WHOLE, nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.CheckConstraint("role IN ('accountant', 'operator', 'owner')", name=op.f("session_role")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("session_merchant_known")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("session_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "api_key",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("revoked_at", WHOLE, nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("api_key_mode")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("api_key_merchant_known")),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("api_key_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("api_key_by_merchant"), "api_key", ["merchant"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("document_check", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("other_emails", sa.Text(), nullable=False),
        sa.Column("remembered", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("unsubscribed_at", WHOLE, nullable=True),
        sa.Column("is_shopper", WHOLE, nullable=False),
        sa.Column("joined_to", sa.Text(), nullable=False),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("joined_at", WHOLE, nullable=True),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("other_phones", sa.Text(), server_default="[]", nullable=False),
        sa.Column("by_hand", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("joined_to = '' OR is_shopper = 1", name=op.f("customer_shopper_joined")),
        sa.CheckConstraint("(joined_by = '') = (joined_at IS NULL)", name=op.f("customer_joined_when")),
        sa.CheckConstraint("joined_to = '' OR joined_by <> ''", name=op.f("customer_joined_by")),
        sa.CheckConstraint("is_shopper IN (0, 1)", name=op.f("customer_is_shopper")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("customer_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("customer_by_joined_to"), "customer", ["joined_to"], unique=False, sqlite_where=sa.text("joined_to <> ''")
    )
    op.create_index(
        op.f("customer_by_merchant_document_number"),
        "customer",
        ["merchant", "document_number"],
        unique=False,
        sqlite_where=sa.text("document_number IS NOT NULL"),
    )
    op.create_index(
        "customer_by_merchant_email",
        "customer",
        [sa.literal_column("merchant"), sa.literal_column("lower(email)")],
        unique=False,
    )
    op.create_index(op.f("customer_by_merchant_name"), "customer", ["merchant", "name"], unique=False)
    op.create_index(
        "customer_listed",
        "customer",
        ["merchant", "search", "id"],
        unique=False,
        sqlite_where=sa.text("is_shopper = 0"),
    )
    op.create_table(
        "customer_edit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint(
            "field IN ('address', 'contact', 'document', 'email', 'language', 'name', 'other_emails', 'other_phones', 'phone', 'reminders')",
            name=op.f("customer_edit_field"),
        ),
        sa.CheckConstraint("by <> ''", name=op.f("customer_edit_accounted_for")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("customer_edit_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("customer_edit_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("customer_edit_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("customer_edit_by_customer_at"), "customer_edit", ["customer", "at"], unique=False)
    op.create_index("customer_edit_by_before", "customer_edit", ["merchant", "field", "before"], unique=False)
    op.create_table(
        "withholding_agent",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", WHOLE, nullable=False),
        sa.CheckConstraint("by <> ''", name=op.f("withholding_agent_accounted_for")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("withholding_agent_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("withholding_agent_merchant_known")),
        sa.PrimaryKeyConstraint("customer", name=op.f("withholding_agent_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("path_token", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("secret_names", sa.Text(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_at", WHOLE, nullable=True),
        sa.Column("last_heard_at", WHOLE, nullable=True),
        sa.Column("paused", sa.Text(), nullable=False),
        sa.Column("grant_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("credentials", WHOLE, server_default="1", nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("updated_at", WHOLE, nullable=False),
        sa.Column("retired_at", WHOLE, nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=False),
        sa.Column("retired_why", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=True),
        sa.Column("capture", sa.Text(), server_default="at_once", nullable=False),
        sa.CheckConstraint("capture IN ('at_once', 'by_hand')", name=op.f("account_capture")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("account_mode")),
        sa.CheckConstraint("retired_at IS NULL OR status = 'disabled'", name=op.f("account_retired")),
        sa.CheckConstraint(
            "status IN ('active', 'disabled', 'draft', 'failed', 'needs_confirmation', 'needs_revalidation', 'requested', 'suspended')",
            name=op.f("account_status"),
        ),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("account_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("account_key")),
        sa.UniqueConstraint("path_token", name=op.f("account_path_token_once")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("account_by_merchant_provider_mode"), "account", ["merchant", "provider", "mode"], unique=False
    )
    op.create_index(
        "one_account",
        "account",
        ["merchant", "provider", "mode"],
        unique=True,
        sqlite_where=sa.text("retired_at IS NULL"),
    )
    op.create_table(
        "account_secret",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("account_secret_account_known")),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("account_secret_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "country_provider",
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("enabled", WHOLE, nullable=False),
        sa.CheckConstraint("enabled IN (0, 1)", name=op.f("country_provider_enabled")),
        sa.PrimaryKeyConstraint("country", "provider", name=op.f("country_provider_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "provider_pause",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("provider_pause_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "payable",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("folded_number", sa.Text(), server_default="", nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", WHOLE, nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("allocated", WHOLE, server_default="0", nullable=False),
        sa.Column("withheld", WHOLE, server_default="0", nullable=False),
        sa.Column("discounted", WHOLE, server_default="0", nullable=False),
        sa.Column("credited", WHOLE, server_default="0", nullable=False),
        sa.Column("outside", WHOLE, server_default="0", nullable=False),
        sa.Column("written_off", WHOLE, server_default="0", nullable=False),
        sa.Column("reopened", WHOLE, server_default="0", nullable=False),
        sa.Column(
            "due",
            WHOLE,
            sa.Computed(
                "total - allocated - withheld - discounted - credited - outside - written_off + reopened",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("offered_until", WHOLE, nullable=True),
        sa.Column("voided_at", WHOLE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("voided_total", WHOLE, nullable=True),
        sa.Column("voided_currency", sa.Text(), nullable=True),
        sa.Column("rebilled_at", WHOLE, nullable=True),
        sa.Column("rebilled_by", sa.Text(), nullable=True),
        sa.Column("stated_total", WHOLE, nullable=True),
        sa.Column("stated_balance", WHOLE, nullable=True),
        sa.Column("counted", WHOLE, server_default="0", nullable=False),
        sa.Column("counted_back", WHOLE, server_default="0", nullable=False),
        sa.Column("branch", sa.Text(), server_default="", nullable=False),
        sa.Column("terms", sa.Text(), server_default="", nullable=False),
        sa.Column("undone_at", WHOLE, nullable=True),
        sa.Column("plan", sa.Text(), server_default="[]", nullable=False),
        sa.Column("plan_by", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'order')", name=op.f("payable_kind")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("payable_mode")),
        sa.CheckConstraint(
            "(voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL) AND (voided_at IS NULL) = (voided_total IS NULL) AND (voided_at IS NULL) = (voided_currency IS NULL) AND (rebilled_at IS NULL) = (rebilled_by IS NULL) AND (rebilled_at IS NULL OR voided_at IS NOT NULL)",
            name=op.f("payable_void_is_whole"),
        ),
        sa.CheckConstraint("allocated >= 0", name=op.f("payable_allocated")),
        sa.CheckConstraint("counted BETWEEN 0 AND 1000000000000000", name=op.f("payable_counted")),
        sa.CheckConstraint("counted_back BETWEEN 0 AND 1000000000000000", name=op.f("payable_counted_back")),
        sa.CheckConstraint("credited >= 0", name=op.f("payable_credited")),
        sa.CheckConstraint("discounted >= 0", name=op.f("payable_discounted")),
        sa.CheckConstraint("outside >= 0", name=op.f("payable_outside")),
        sa.CheckConstraint("reopened <= allocated", name=op.f("payable_reopened_of_allocated")),
        sa.CheckConstraint("reopened >= 0", name=op.f("payable_reopened")),
        sa.CheckConstraint("stated_balance IS NULL OR stated_total IS NOT NULL", name=op.f("payable_stated")),
        sa.CheckConstraint(
            "total - allocated - withheld - discounted - credited - outside - written_off + reopened BETWEEN 0 AND total",
            name=op.f("payable_due"),
        ),
        sa.CheckConstraint("total BETWEEN 0 AND 1000000000000000", name=op.f("payable_total")),
        sa.CheckConstraint("undone_at IS NULL OR total = 0", name=op.f("payable_undone_is_nothing")),
        sa.CheckConstraint(
            "voided_at IS NULL OR rebilled_at IS NOT NULL OR total = 0", name=op.f("payable_voided_is_nothing")
        ),
        sa.CheckConstraint("withheld >= 0", name=op.f("payable_withheld")),
        sa.CheckConstraint("written_off >= 0", name=op.f("payable_written_off")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("payable_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("payable_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("payable_key")),
        sa.UniqueConstraint("merchant", "mode", "kind", "number", name=op.f("payable_merchant_mode_kind_number_once")),
        sqlite_strict=True,
    )
    op.create_index(
        "payable_alike",
        "payable",
        ["merchant", "mode", "folded_number"],
        unique=False,
        sqlite_where=sa.text("undone_at IS NULL"),
    )
    op.create_index(
        "payable_on_terms",
        "payable",
        ["merchant", "mode", "terms"],
        unique=False,
        sqlite_where=sa.text("terms <> ''"),
    )
    op.create_index(
        "payable_unexplained",
        "payable",
        ["merchant", "mode", "currency"],
        unique=False,
        sqlite_where=sa.text("stated_balance - total + outside + counted - counted_back <> 0"),
    )
    op.create_index(
        "payable_open",
        "payable",
        ["customer", "mode"],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0"),
    )
    op.create_index(
        "payable_owed",
        "payable",
        ["merchant", "mode", "customer", "currency", "due"],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0"),
    )
    op.create_index(
        "payable_falls",
        "payable",
        ["customer", "mode", "currency", sa.literal_column("coalesce(due_on, issued_on)")],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0 AND plan = '[]'"),
    )
    op.create_index(
        "payable_planned",
        "payable",
        ["customer", "mode", "currency"],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0 AND plan <> '[]'"),
    )
    op.create_table(
        "customer_debt",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("due", WHOLE, nullable=False),
        sa.Column("bills", WHOLE, nullable=False),
        sa.Column("oldest", sa.Text(), nullable=True),
        sa.CheckConstraint("(due > 0) = (bills > 0)", name=op.f("customer_debt_bills")),
        sa.CheckConstraint("due >= 0", name=op.f("customer_debt_due")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("customer_debt_mode")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("customer_debt_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("customer_debt_merchant_known")),
        sa.PrimaryKeyConstraint("customer", "mode", "currency", name=op.f("customer_debt_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "customer_debt_by_due",
        "customer_debt",
        ["merchant", "mode", "currency", "due", "customer"],
        unique=False,
        sqlite_where=sa.text("due > 0"),
    )
    op.create_index(
        "customer_debt_by_oldest",
        "customer_debt",
        ["merchant", "mode", "currency", "oldest", "customer"],
        unique=False,
        sqlite_where=sa.text("due > 0"),
    )
    op.create_index(
        "payable_planned_bills",
        "payable",
        ["merchant", "mode", "customer"],
        unique=False,
        sqlite_where=sa.text("plan != '[]' AND kind = 'invoice' AND due > 0"),
    )
    op.create_index(
        "payable_falls_due",
        "payable",
        [sa.literal_column("merchant"), sa.literal_column("mode"), sa.literal_column("coalesce(due_on, issued_on)")],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0"),
    )
    op.create_index(
        "payable_newest",
        "payable",
        ["merchant", "mode", "issued_on", "number", "customer"],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND undone_at IS NULL"),
    )
    op.create_index(
        "payable_newest_open",
        "payable",
        ["merchant", "mode", "issued_on", "number"],
        unique=False,
        sqlite_where=sa.text("kind = 'invoice' AND due > 0"),
    )
    op.create_index("payable_of_customer", "payable", ["customer", "mode", "issued_on", "number"], unique=False)
    op.create_table(
        "store_order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", WHOLE, nullable=False),
        sa.Column("hold_until", WHOLE, nullable=False),
        sa.Column("return_url", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("store_order_mode")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("store_order_customer_known")),
        sa.ForeignKeyConstraint(["id"], ["payable.id"], name=op.f("store_order_id_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("store_order_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("store_order_key")),
        sa.UniqueConstraint("merchant", "mode", "number", name=op.f("store_order_merchant_mode_number_once")),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", WHOLE, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("idempotency_mode")),
        sa.PrimaryKeyConstraint("merchant", "mode", "key", name=op.f("idempotency_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("payer_email", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("live", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), server_default="[]", nullable=False),
        sa.Column("return_token", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", WHOLE, nullable=True),
        sa.Column("ended_at", WHOLE, nullable=True),
        sa.Column("expires_at", WHOLE, nullable=True),
        sa.Column("next_check_at", WHOLE, nullable=True),
        sa.Column("checks", WHOLE, nullable=False),
        sa.Column("warned", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("channel IN ('checkout', 'statement')", name=op.f("payment_channel")),
        sa.CheckConstraint(
            "live = CASE WHEN status IN ('created', 'pending', 'unknown') THEN 1 ELSE 0 END", name=op.f("payment_live")
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("payment_mode")),
        sa.CheckConstraint("phase IN ('created', 'sending', 'sent')", name=op.f("payment_phase")),
        sa.CheckConstraint(
            "status IN ('closed', 'created', 'paid', 'pending', 'unknown')", name=op.f("payment_status")
        ),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("payment_amount")),
        sa.CheckConstraint("warned IN (0, 1)", name=op.f("payment_warned")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("payment_account_known")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("payment_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("payment_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_key")),
        sa.UniqueConstraint("account", "reference", name=op.f("payment_account_reference_once")),
        sa.UniqueConstraint("id", "live", name=op.f("payment_id_live_once")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("payment_by_account_provider_reference"),
        "payment",
        ["account", "provider_reference"],
        unique=False,
        sqlite_where=sa.text("provider_reference IS NOT NULL"),
    )
    op.create_index(
        op.f("payment_by_customer_mode_created_at"), "payment", ["customer", "mode", "created_at"], unique=False
    )
    op.create_index("payment_newest", "payment", ["merchant", "mode", "created_at", "id"], unique=False)
    op.create_index(
        "payment_newest_in_status", "payment", ["merchant", "mode", "status", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("payment_by_next_check_at"),
        "payment",
        ["next_check_at"],
        unique=False,
        sqlite_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "payment_by_return_token", "payment", ["return_token"], unique=True, sqlite_where=sa.text("return_token <> ''")
    )
    op.create_table(
        "payment_line",
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("payable", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("live", WHOLE, nullable=False),
        sa.Column("withheld", WHOLE, nullable=False),
        sa.Column("withholdings", sa.Text(), nullable=False),
        sa.Column("credit", WHOLE, nullable=False),
        sa.Column("rest", WHOLE, nullable=False),
        sa.CheckConstraint("amount + credit > 0", name=op.f("payment_line_of_something")),
        sa.CheckConstraint("amount BETWEEN 0 AND 1000000000000000", name=op.f("payment_line_amount")),
        sa.CheckConstraint("credit BETWEEN 0 AND 1000000000000000", name=op.f("payment_line_credit")),
        sa.CheckConstraint("live IN (0, 1)", name=op.f("payment_line_live")),
        sa.CheckConstraint("rest BETWEEN 0 AND 1000000000000000", name=op.f("payment_line_rest")),
        sa.CheckConstraint("withheld BETWEEN 0 AND 1000000000000000", name=op.f("payment_line_withheld")),
        sa.ForeignKeyConstraint(["payable"], ["payable.id"], name=op.f("payment_line_payable_known")),
        sa.ForeignKeyConstraint(
            ["payment", "live"],
            ["payment.id", "payment.live"],
            name=op.f("payment_line_payment_live_known"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("payment", "position", name=op.f("payment_line_key")),
        sa.UniqueConstraint("payment", "payable", name=op.f("payment_line_payment_payable_once")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("one_live", "payment_line", ["payable"], unique=True, sqlite_where=sa.text("live = 1"))
    op.create_index(op.f("payment_line_by_payable"), "payment_line", ["payable"], unique=False)
    op.create_table(
        "observation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=True),
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("vouched", sa.Text(), nullable=False),
        sa.Column("occurred_at", WHOLE, nullable=True),
        sa.Column("reason_kind", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        sa.Column("instrument_kind", sa.Text(), nullable=True),
        sa.Column("instrument_label", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("besides", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('accepted', 'authorised', 'cancelled', 'charged_back', 'declined', 'expired', 'never_existed', 'never_sent', 'not_found', 'paid', 'released', 'returned', 'session_expired', 'settled', 'try_declined')",
            name=op.f("observation_kind"),
        ),
        sa.CheckConstraint(
            "source IN ('answer', 'notification', 'operator', 'query', 'return', 'rule', 'settlement')",
            name=op.f("observation_source"),
        ),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name=op.f("observation_amount")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("observation_account_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("observation_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("observation_key")),
        sa.UniqueConstraint("merchant", "seq", name=op.f("observation_merchant_seq_once")),
        sqlite_strict=True,
    )
    op.create_index(op.f("observation_by_payment_seq"), "observation", ["payment", "seq"], unique=False)
    op.create_table(
        "operation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("live", WHOLE, nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", WHOLE, nullable=True),
        sa.Column("ended_at", WHOLE, nullable=True),
        sa.Column("next_check_at", WHOLE, nullable=True),
        sa.Column("checks", WHOLE, nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('cancel', 'capture', 'refund', 'undo')", name=op.f("operation_kind")),
        sa.CheckConstraint(
            "live = CASE WHEN status IN ('created', 'unknown') THEN 1 ELSE 0 END", name=op.f("operation_live_agrees")
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("operation_mode")),
        sa.CheckConstraint("phase IN ('created', 'sending', 'sent')", name=op.f("operation_phase")),
        sa.CheckConstraint("status IN ('closed', 'created', 'done', 'unknown')", name=op.f("operation_status")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("operation_amount")),
        sa.CheckConstraint("live IN (0, 1)", name=op.f("operation_live")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("operation_account_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("operation_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("operation_key")),
        sa.UniqueConstraint("account", "reference", name=op.f("operation_account_reference_once")),
        sqlite_strict=True,
    )
    op.create_index("one_live_operation", "operation", ["payment"], unique=True, sqlite_where=sa.text("live = 1"))
    op.create_index(
        "one_undo",
        "operation",
        ["payment"],
        unique=True,
        sqlite_where=sa.text("kind = 'undo' AND reason <> 'never_sent'"),
    )
    op.create_index(
        op.f("operation_by_next_check_at"),
        "operation",
        ["next_check_at"],
        unique=False,
        sqlite_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(op.f("operation_by_payment"), "operation", ["payment"], unique=False)
    op.create_table(
        "operation_news",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason_kind", sa.Text(), nullable=True),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("seen_at", WHOLE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('accepted', 'authorised', 'cancelled', 'charged_back', 'declined', 'expired', 'never_existed', 'never_sent', 'not_found', 'paid', 'released', 'returned', 'session_expired', 'settled', 'try_declined')",
            name=op.f("operation_news_kind"),
        ),
        sa.CheckConstraint(
            "source IN ('answer', 'notification', 'operator', 'query', 'return', 'rule', 'settlement')",
            name=op.f("operation_news_source"),
        ),
        sa.ForeignKeyConstraint(["operation"], ["operation.id"], name=op.f("operation_news_operation_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("operation_news_key")),
        sa.UniqueConstraint("operation", "seq", name=op.f("operation_news_operation_seq_once")),
        sqlite_strict=True,
    )
    op.create_table(
        "currency_exponent",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exponent", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("currency", name=op.f("currency_exponent_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('bank', 'billed', 'cash', 'chargeback_loss', 'customer_credit', 'discounts', 'exchange', 'fee_tax', 'fees', 'in_transit', 'outside', 'provider_clearing', 'provider_reserve', 'receivable', 'suspense', 'tax_withheld', 'withholding_receivable', 'write_off')",
            name=op.f("ledger_account_kind"),
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("ledger_account_mode")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("ledger_account_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_account_key")),
        sa.UniqueConstraint(
            "merchant",
            "mode",
            "kind",
            "owner",
            "currency",
            name=op.f("ledger_account_merchant_mode_kind_owner_currency_once"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("value_on", sa.Text(), nullable=True),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("payable", sa.Text(), nullable=True),
        sa.Column("observation", sa.Text(), nullable=True),
        sa.Column("own_record", WHOLE, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_salt", sa.Text(), nullable=False),
        sa.Column("note_digest", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('acquirer_tax', 'allocation', 'bill', 'capture', 'chargeback', 'correction', 'credit_note', 'debit_note', 'disbursement', 'discount', 'exchange', 'fee', 'fee_tax', 'offline_receipt', 'paid_elsewhere', 'payout', 'refund', 'reserve', 'settlement', 'withheld', 'write_off')",
            name=op.f("entry_kind"),
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("entry_mode")),
        sa.CheckConstraint("own_record IN (0, 1)", name=op.f("entry_own_record")),
        sa.ForeignKeyConstraint(["id"], ["seal.entry"], name="entry_sealed", initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("entry_merchant_known")),
        sa.ForeignKeyConstraint(["observation"], ["observation.id"], name=op.f("entry_observation_known")),
        sa.ForeignKeyConstraint(["payable"], ["payable.id"], name=op.f("entry_payable_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("entry_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("entry_key")),
        sa.UniqueConstraint("merchant", "mode", "key", name=op.f("entry_merchant_mode_key_once")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("entry_by_payable"), "entry", ["payable"], unique=False, sqlite_where=sa.text("payable IS NOT NULL")
    )
    op.create_index(
        op.f("entry_by_payment"), "entry", ["payment"], unique=False, sqlite_where=sa.text("payment IS NOT NULL")
    )
    op.create_index("entry_booked", "entry", ["merchant", "mode", "at"], unique=False)
    op.create_index(
        "entry_counting",
        "entry",
        ["merchant", "mode", "value_on"],
        unique=False,
        sqlite_where=sa.text("value_on IS NOT NULL"),
    )
    op.create_table(
        "erasure",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> '' AND why <> ''", name=op.f("erasure_accounted_for")),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("erasure_entry_known")),
        sa.PrimaryKeyConstraint("entry", name=op.f("erasure_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posting",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("ledger_account", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("posting_amount")
        ),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("posting_entry_known")),
        sa.ForeignKeyConstraint(["ledger_account"], ["ledger_account.id"], name=op.f("posting_ledger_account_known")),
        sa.PrimaryKeyConstraint("entry", "position", name=op.f("posting_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seal",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("seal_key")),
        sa.UniqueConstraint("merchant", "mode", "seq", name=op.f("seal_merchant_mode_seq_once")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chain",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("merchant", "mode", name=op.f("chain_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "month_close",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("n", WHOLE, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("receipts", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("entries", WHOLE, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("open", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> ''", name=op.f("month_close_accounted_for")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("month_close_mode")),
        sa.CheckConstraint("n BETWEEN 1 AND 1000000000000000", name=op.f("month_close_n")),
        sa.CheckConstraint("seq BETWEEN 0 AND 1000000000000000", name=op.f("month_close_seq")),
        sa.ForeignKeyConstraint(["before"], ["month_close.id"], name=op.f("month_close_before_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("month_close_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("month_close_key")),
        sa.UniqueConstraint("merchant", "mode", "month", "n", name=op.f("month_close_merchant_mode_month_n_once")),
        sqlite_strict=True,
    )
    op.create_table(
        "month_reopening",
        sa.Column("close", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> '' AND why <> ''", name=op.f("month_reopening_accounted_for")),
        sa.ForeignKeyConstraint(["close"], ["month_close.id"], name=op.f("month_reopening_close_known")),
        sa.PrimaryKeyConstraint("close", name=op.f("month_reopening_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "late_reason",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("close", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> '' AND why <> ''", name=op.f("late_reason_accounted_for")),
        sa.ForeignKeyConstraint(["close"], ["month_close.id"], name=op.f("late_reason_close_known")),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("late_reason_entry_known")),
        sa.PrimaryKeyConstraint("entry", name=op.f("late_reason_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "month_package",
        sa.Column("close", sa.Text(), nullable=False),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("made_at", WHOLE, nullable=True),
        sa.CheckConstraint("(made_at IS NULL) = (sha256 = '')", name=op.f("month_package_made")),
        sa.ForeignKeyConstraint(["close"], ["month_close.id"], name=op.f("month_package_close_known")),
        sa.PrimaryKeyConstraint("close", name=op.f("month_package_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("month_package_by_due_at"),
        "month_package",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "month_package_part",
        sa.Column("close", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["close"], ["month_package.close"], name=op.f("month_package_part_close_known")),
        sa.PrimaryKeyConstraint("close", "position", name=op.f("month_package_part_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "balance",
        sa.Column("ledger_account", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(["ledger_account"], ["ledger_account.id"], name=op.f("balance_ledger_account_known")),
        sa.PrimaryKeyConstraint("ledger_account", name=op.f("balance_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "intake",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("allocated", WHOLE, server_default="0", nullable=False),
        sa.Column("returned", WHOLE, server_default="0", nullable=False),
        sa.CheckConstraint("allocated + returned <= amount", name=op.f("intake_unapplied")),
        sa.CheckConstraint("allocated >= 0", name=op.f("intake_allocated")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("intake_amount")),
        sa.CheckConstraint("returned >= 0", name=op.f("intake_returned")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("intake_customer_known")),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("intake_entry_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("intake_payment_known")),
        sa.PrimaryKeyConstraint("entry", name=op.f("intake_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("intake_by_payment"), "intake", ["payment"], unique=False, sqlite_where=sa.text("payment IS NOT NULL")
    )
    op.create_table(
        "allocation",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("payable", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("intake", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "effect IN ('allocated', 'credited', 'discounted', 'outside', 'reopened', 'withheld', 'written_off')",
            name=op.f("allocation_effect"),
        ),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("allocation_amount")
        ),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("allocation_entry_known")),
        sa.ForeignKeyConstraint(["intake"], ["intake.entry"], name=op.f("allocation_intake_known")),
        sa.ForeignKeyConstraint(["payable"], ["payable.id"], name=op.f("allocation_payable_known")),
        sa.PrimaryKeyConstraint("entry", "position", name=op.f("allocation_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("allocation_by_intake_effect_amount"),
        "allocation",
        ["intake", "effect", "amount"],
        unique=False,
        sqlite_where=sa.text("intake IS NOT NULL"),
    )
    op.create_index(
        op.f("allocation_by_payable_effect_amount"), "allocation", ["payable", "effect", "amount"], unique=False
    )
    op.create_table(
        "drawn",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("position", WHOLE, autoincrement=False, nullable=False),
        sa.Column("intake", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint(
            "amount <> 0 AND amount BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("drawn_amount")
        ),
        sa.ForeignKeyConstraint(["entry"], ["entry.id"], name=op.f("drawn_entry_known")),
        sa.ForeignKeyConstraint(["intake"], ["intake.entry"], name=op.f("drawn_intake_known")),
        sa.PrimaryKeyConstraint("entry", "position", name=op.f("drawn_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("drawn_by_intake_amount"), "drawn", ["intake", "amount"], unique=False)
    op.create_table(
        "settlement_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross", WHOLE, nullable=False),
        sa.Column("fee", WHOLE, nullable=False),
        sa.Column("fee_tax", WHOLE, nullable=False),
        sa.Column("withheld", WHOLE, nullable=False),
        sa.Column("withholdings", sa.Text(), nullable=False),
        sa.Column("net", WHOLE, nullable=False),
        sa.Column("occurred_at", WHOLE, nullable=True),
        sa.Column("settled_on", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("in_transit", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("restated", WHOLE, nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("settles", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'booked' AND kind = 'payment') = (settles IS NOT NULL)", name=op.f("settlement_line_settles")
        ),
        sa.CheckConstraint("kind = 'payment' OR payment IS NULL", name=op.f("settlement_line_of_account")),
        sa.CheckConstraint("kind IN ('charge', 'payment', 'release')", name=op.f("settlement_line_kind")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("settlement_line_mode")),
        sa.CheckConstraint("state = 'open' OR named <> ''", name=op.f("settlement_line_named")),
        sa.CheckConstraint("state IN ('booked', 'open', 'withdrawn')", name=op.f("settlement_line_state")),
        sa.CheckConstraint("fee BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("settlement_line_fee")),
        sa.CheckConstraint(
            "fee_tax BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("settlement_line_fee_tax")
        ),
        sa.CheckConstraint("gross - fee - fee_tax - withheld = net", name=op.f("settlement_line_net_of_gross")),
        sa.CheckConstraint("gross BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("settlement_line_gross")),
        sa.CheckConstraint("in_transit IN (0, 1)", name=op.f("settlement_line_in_transit")),
        sa.CheckConstraint("net BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("settlement_line_net")),
        sa.CheckConstraint(
            "withheld BETWEEN -1000000000000000 AND 1000000000000000", name=op.f("settlement_line_withheld")
        ),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("settlement_line_account_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("settlement_line_merchant_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("settlement_line_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("settlement_line_key")),
        sa.UniqueConstraint("account", "line", name=op.f("settlement_line_account_line_once")),
        sqlite_strict=True,
    )
    op.create_index(
        "settled_once",
        "settlement_line",
        ["account", "settles"],
        unique=True,
        sqlite_where=sa.text("settles IS NOT NULL"),
    )
    op.create_index(op.f("settlement_line_by_account_state"), "settlement_line", ["account", "state"], unique=False)
    op.create_index(
        op.f("settlement_line_by_payment"),
        "settlement_line",
        ["payment"],
        unique=False,
        sqlite_where=sa.text("payment IS NOT NULL"),
    )
    op.create_table(
        "settlement_said",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross", WHOLE, nullable=False),
        sa.Column("fee", WHOLE, nullable=False),
        sa.Column("fee_tax", WHOLE, nullable=False),
        sa.Column("withheld", WHOLE, nullable=False),
        sa.Column("withholdings", sa.Text(), nullable=False),
        sa.Column("net", WHOLE, nullable=False),
        sa.Column("occurred_at", WHOLE, nullable=True),
        sa.Column("settled_on", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("in_transit", WHOLE, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("replaced_at", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('charge', 'payment', 'release')", name=op.f("settlement_said_kind")),
        sa.CheckConstraint("state <> 'booked'", name=op.f("settlement_said_not_booked")),
        sa.CheckConstraint("state IN ('booked', 'open', 'withdrawn')", name=op.f("settlement_said_state")),
        sa.CheckConstraint("in_transit IN (0, 1)", name=op.f("settlement_said_in_transit")),
        sa.ForeignKeyConstraint(["line"], ["settlement_line.id"], name=op.f("settlement_said_line_known")),
        sa.PrimaryKeyConstraint("line", "number", name=op.f("settlement_said_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_reconciliation",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("covered", sa.Text(), nullable=True),
        sa.Column("due_at", WHOLE, nullable=False),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("done_at", WHOLE, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("daily_reconciliation_account_known")),
        sa.PrimaryKeyConstraint("account", name=op.f("daily_reconciliation_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("daily_reconciliation_by_due_at"), "daily_reconciliation", ["due_at"], unique=False)
    op.create_table(
        "raw_message",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", WHOLE, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("raw_message_mode")),
        sa.CheckConstraint("source IN ('notification', 'return')", name=op.f("raw_message_source")),
        sa.CheckConstraint("state IN ('dead', 'done', 'due', 'parked', 'rejected')", name=op.f("raw_message_state")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("raw_message_account_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("raw_message_key")),
        sa.UniqueConstraint("account", "digest", name=op.f("raw_message_account_digest_once")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("raw_message_by_due_at"),
        "raw_message",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        op.f("raw_message_by_payment"),
        "raw_message",
        ["payment"],
        unique=False,
        sqlite_where=sa.text("payment IS NOT NULL"),
    )
    op.create_index(op.f("raw_message_by_received_at"), "raw_message", ["received_at"], unique=False)
    op.create_index(op.f("raw_message_by_state_verdict"), "raw_message", ["state", "verdict"], unique=False)
    op.create_index(
        "raw_message_parked",
        "raw_message",
        ["account", "received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "raw_message_rejected",
        "raw_message",
        ["account", "received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'rejected'"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("tries", WHOLE, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("sent_at", WHOLE, nullable=True),
        sa.Column("round", sa.Text(), nullable=True),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("delivery_mode")),
        sa.CheckConstraint("state IN ('dead', 'due', 'sent')", name=op.f("delivery_state")),
        sa.ForeignKeyConstraint(["round"], ["mail_round.id"], name=op.f("delivery_round_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("delivery_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("delivery_by_due_at"),
        "delivery",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'due' AND due_at IS NOT NULL"),
    )
    op.create_index(op.f("delivery_by_merchant_created_at"), "delivery", ["merchant", "created_at"], unique=False)
    op.create_index("delivery_newest", "delivery", ["merchant", "mode", "created_at", "id"], unique=False)
    op.create_index(
        "delivery_newest_in_state", "delivery", ["merchant", "mode", "state", "created_at", "id"], unique=False
    )
    op.create_index(
        "delivery_newest_of_kind", "delivery", ["merchant", "mode", "kind", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("delivery_by_round"), "delivery", ["round"], unique=False, sqlite_where=sa.text("round IS NOT NULL")
    )
    op.create_index(op.f("delivery_by_state"), "delivery", ["state"], unique=False)
    op.create_index(op.f("delivery_by_subject"), "delivery", ["subject"], unique=False)
    op.create_table(
        "mail_round",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("customers", sa.Text(), nullable=False),
        sa.Column("without_mail", sa.Text(), nullable=False),
        sa.Column("queued", WHOLE, nullable=False),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("mail_round_mode")),
        sa.CheckConstraint("queued BETWEEN 0 AND 1000000000000000", name=op.f("mail_round_queued")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("mail_round_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("mail_round_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("mail_round_by_due_at"), "mail_round", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        op.f("mail_round_by_merchant_mode_created_at"), "mail_round", ["merchant", "mode", "created_at"], unique=False
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("done", WHOLE, nullable=False),
        sa.Column("rows", WHOLE, nullable=False),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.Column("taken_at", WHOLE, nullable=True),
        sa.Column("undone_at", WHOLE, nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('customers', 'invoices', 'payouts')", name=op.f("import_run_kind")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("import_run_mode")),
        sa.CheckConstraint(
            "state IN ('closing', 'shown', 'taken', 'taking', 'undoing', 'undone')", name=op.f("import_run_state")
        ),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("import_run_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("import_run_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("import_run_by_due_at"), "import_run", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(op.f("import_run_by_expires_at"), "import_run", ["expires_at"], unique=False)
    op.create_index("import_newest", "import_run", ["merchant", "mode", "created_at", "id"], unique=False)
    op.create_index(
        "one_import",
        "import_run",
        ["merchant", "mode"],
        unique=True,
        sqlite_where=sa.text("state IN ('closing', 'taking', 'undoing')"),
    )
    op.create_table(
        "import_content",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["import_run.id"], name=op.f("import_content_run_known")),
        sa.PrimaryKeyConstraint("run", name=op.f("import_content_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "import_row",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("line", WHOLE, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("revision", WHOLE, nullable=False),
        sa.Column("undone_at", WHOLE, nullable=True),
        sa.CheckConstraint("subject IN ('customer', 'payable')", name=op.f("import_row_subject")),
        sa.ForeignKeyConstraint(["run"], ["import_run.id"], name=op.f("import_row_run_known")),
        sa.PrimaryKeyConstraint("run", "subject", "subject_id", name=op.f("import_row_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("import_row_by_subject_subject_id"), "import_row", ["subject", "subject_id"], unique=False)
    op.create_table(
        "import_layout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_type", sa.Text(), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("saved_at", WHOLE, nullable=False),
        sa.Column("used_at", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('customers', 'invoices', 'payouts')", name=op.f("import_layout_kind")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("import_layout_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("import_layout_key")),
        sa.UniqueConstraint(
            "merchant",
            "kind",
            "file_type",
            "headings",
            name=op.f("import_layout_merchant_kind_file_type_headings_once"),
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "schedule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("weekday", WHOLE, nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("next_at", WHOLE, nullable=False),
        sa.Column("due_at", WHOLE, nullable=False),
        sa.Column("last_round", sa.Text(), nullable=False),
        sa.Column("created_at", WHOLE, nullable=False),
        sa.CheckConstraint("every IN ('month', 'week')", name=op.f("schedule_every")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("schedule_mode")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("schedule_weekday")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("schedule_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("schedule_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("schedule_by_due_at"), "schedule", ["due_at"], unique=False)
    op.create_index(op.f("schedule_by_merchant_mode"), "schedule", ["merchant", "mode"], unique=False)
    op.create_table(
        "reminder_ladder",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("steps", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("activated_by", sa.Text(), nullable=False),
        sa.Column("activated_at", WHOLE, nullable=True),
        sa.Column("due_at", WHOLE, nullable=True),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("reminder_ladder_mode")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("reminder_ladder_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("reminder_ladder_key")),
        sa.UniqueConstraint("merchant", "mode", name=op.f("reminder_ladder_merchant_mode_once")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("reminder_ladder_by_due_at"),
        "reminder_ladder",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_table(
        "promise",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("payable", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("is_payers", WHOLE, nullable=False),
        sa.Column("made_at", WHOLE, nullable=False),
        sa.Column("withdrawn_at", WHOLE, nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.CheckConstraint("is_payers IN (0, 1)", name=op.f("promise_is_payers")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("promise_mode")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("promise_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("promise_merchant_known")),
        sa.ForeignKeyConstraint(["payable"], ["payable.id"], name=op.f("promise_payable_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("promise_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("promise_by_merchant_mode_until"),
        "promise",
        ["merchant", "mode", "until"],
        unique=False,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(op.f("promise_by_customer"), "promise", ["customer"], unique=False)
    op.create_index(op.f("promise_by_payable"), "promise", ["payable"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("contact_mode")),
        sa.CheckConstraint("state IN ('claimed', 'dropped', 'made')", name=op.f("contact_state")),
        sa.CheckConstraint("why IN ('asked', 'reminder', 'round')", name=op.f("contact_why")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("contact_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("contact_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("contact_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("contact_by_customer_mode_at"), "contact", ["customer", "mode", "at"], unique=False)
    op.create_table(
        "reminded",
        sa.Column("payable", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("days", WHOLE, nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["payable"], ["payable.id"], name=op.f("reminded_payable_known")),
        sa.PrimaryKeyConstraint("payable", "due_on", "days", name=op.f("reminded_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("reminded_by_contact"), "reminded", ["contact"], unique=False)
    op.create_table(
        "channel_wish",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_authorised", WHOLE, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("is_authorised IN (0, 1)", name=op.f("channel_wish_is_authorised")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("channel_wish_customer_known")),
        sa.PrimaryKeyConstraint("customer", "channel", name=op.f("channel_wish_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("opened_at", WHOLE, nullable=False),
        sa.Column("resolved_at", WHOLE, nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("resolved_by", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("review_mode")),
        sa.PrimaryKeyConstraint("id", name=op.f("review_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("review_by_opened_at"), "review", ["opened_at"], unique=False)
    op.create_index(
        "review_resolved",
        "review",
        ["merchant", "mode", "resolved_at", "id"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
    )
    op.create_index(op.f("review_by_payment"), "review", ["payment"], unique=False)
    op.create_index(op.f("review_by_subject"), "review", ["subject"], unique=False)
    op.create_index(
        "review_open",
        "review",
        [
            sa.literal_column("merchant"),
            sa.literal_column("cause"),
            sa.literal_column("coalesce(payment, '')"),
            sa.literal_column("subject"),
        ],
        unique=True,
        sqlite_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("amount", WHOLE, nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_name", sa.Text(), nullable=False),
        sa.Column("evidence_digest", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("proposed_at", WHOLE, nullable=False),
        sa.Column("seconded_by", sa.Text(), nullable=False),
        sa.Column("done_at", WHOLE, nullable=True),
        sa.Column("superseded", WHOLE, nullable=False),
        sa.Column("second_why", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("by <> '' AND why <> ''", name=op.f("decision_accounted_for")),
        sa.CheckConstraint(
            "kind IN ('capture', 'charge', 'close_missing', 'conclude', 'convert', 'correct', 'credit_note', 'disburse', 'record', 'refund', 'release', 'resolve', 'void_bill', 'write_off')",
            name=op.f("decision_kind"),
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("decision_mode")),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name=op.f("decision_amount")),
        sa.CheckConstraint("lower(trim(by)) <> lower(trim(seconded_by))", name=op.f("decision_two_people")),
        sa.CheckConstraint("superseded IN (0, 1)", name=op.f("decision_superseded")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("decision_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("decision_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("decision_by_payment"), "decision", ["payment"], unique=False, sqlite_where=sa.text("payment IS NOT NULL")
    )
    op.create_index(op.f("decision_by_subject"), "decision", ["subject"], unique=False)
    op.create_index(
        "one_decision_waits",
        "decision",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL AND superseded = 0"),
    )
    op.create_table(
        "dispute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("taken_as", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("respond_by", WHOLE, nullable=True),
        sa.Column("remind_at", WHOLE, nullable=True),
        sa.Column("opened_at", WHOLE, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("won", WHOLE, nullable=True),
        sa.Column("ended_at", WHOLE, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("dispute_mode")),
        sa.CheckConstraint("outcome IN ('accepted', 'lost', 'partly_won', 'won')", name=op.f("dispute_outcome")),
        sa.CheckConstraint(
            "stage IN ('arbitration', 'chargeback', 'inquiry', 'pre_arbitration')", name=op.f("dispute_stage")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name=op.f("dispute_ended")),
        sa.CheckConstraint("(COALESCE(outcome, '') = 'partly_won') = (won IS NOT NULL)", name=op.f("dispute_in_part")),
        sa.CheckConstraint("won BETWEEN 1 AND 1000000000000000", name=op.f("dispute_won")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("dispute_amount")),
        sa.CheckConstraint("outcome IS NULL OR remind_at IS NULL", name=op.f("dispute_reminded")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("dispute_merchant_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("dispute_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("dispute_key")),
        sqlite_strict=True,
    )
    op.create_index(
        op.f("dispute_by_merchant_mode_respond_by"),
        "dispute",
        ["merchant", "mode", "respond_by"],
        unique=False,
        sqlite_where=sa.text("outcome IS NULL"),
    )
    op.create_index(op.f("dispute_by_payment"), "dispute", ["payment"], unique=False)
    op.create_index(
        op.f("dispute_by_remind_at"),
        "dispute",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("remind_at IS NOT NULL"),
    )
    op.create_index(
        "dispute_open", "dispute", ["payment", "case_id"], unique=True, sqlite_where=sa.text("outcome IS NULL")
    )
    op.create_table(
        "request_sent",
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("seq", WHOLE, autoincrement=False, nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", WHOLE, nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("milliseconds", WHOLE, nullable=False),
        sa.Column("wrote", WHOLE, nullable=False),
        sa.Column("started", WHOLE, nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("wrote IN (0, 1)", name=op.f("request_sent_wrote")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("request_sent_payment_known")),
        sa.PrimaryKeyConstraint("payment", "seq", name=op.f("request_sent_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("request_sent_by_at"),
        "request_sent",
        ["at"],
        unique=False,
        sqlite_where=sa.text("hook IN ('handle_notification', 'query_payment')"),
    )
    op.create_table(
        "proof",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", WHOLE, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("stored_at", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("proof_mode")),
        sa.CheckConstraint("size BETWEEN 1 AND 1000000000000000", name=op.f("proof_size")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("proof_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("proof_merchant_known")),
        sa.ForeignKeyConstraint(["review"], ["review.id"], name=op.f("proof_review_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("proof_key")),
        sa.UniqueConstraint("file", name=op.f("proof_file_once")),
        sqlite_strict=True,
    )
    op.create_index(op.f("proof_by_review"), "proof", ["review"], unique=False)
    op.create_table(
        "reported_payment",
        sa.Column("review", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("paid_on", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("payables", sa.Text(), nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("reported_payment_mode")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("reported_payment_amount")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("reported_payment_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("reported_payment_merchant_known")),
        sa.ForeignKeyConstraint(["review"], ["review.id"], name=op.f("reported_payment_review_known")),
        sa.PrimaryKeyConstraint("review", name=op.f("reported_payment_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("expires_at", WHOLE, nullable=False),
        sa.Column("revoked_at", WHOLE, nullable=True),
        sa.Column("opened_at", WHOLE, nullable=True),
        sa.CheckConstraint("kind IN ('order', 'payment', 'receipt', 'statement')", name=op.f("link_kind")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("link_mode")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("link_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("link_key")),
        sqlite_strict=True,
    )
    op.create_index(op.f("link_by_target_kind_mode"), "link", ["target", "kind", "mode"], unique=False)
    op.create_table(
        "mark",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("mark_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("next", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("series_mode")),
        sa.CheckConstraint("next >= 1", name=op.f("series_next")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("series_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", "mode", "series", name=op.f("series_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series_gap",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("first", WHOLE, autoincrement=False, nullable=False),
        sa.Column("last", WHOLE, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> '' AND why <> ''", name=op.f("series_gap_accounted_for")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("series_gap_mode")),
        sa.CheckConstraint("first >= 1 AND last >= first", name=op.f("series_gap_forward")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("series_gap_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", "mode", "series", "first", name=op.f("series_gap_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt_series",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("began_at", WHOLE, nullable=False),
        sa.Column("began_by", sa.Text(), nullable=False),
        sa.Column("closed_at", WHOLE, nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by = '')", name=op.f("receipt_series_closed")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("receipt_series_mode")),
        sa.CheckConstraint("series <> '' AND began_by <> ''", name=op.f("receipt_series_accounted_for")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("receipt_series_merchant_known")),
        sa.PrimaryKeyConstraint("merchant", "mode", "series", name=op.f("receipt_series_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "one_open_series",
        "receipt_series",
        ["merchant", "mode"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "cash_receipt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("movement", sa.Text(), nullable=True),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.Column("issued_at", WHOLE, nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cash", WHOLE, nullable=False),
        sa.Column("advance", WHOLE, nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("concept", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("received_from", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("bank_account", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("received_in", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_reference", sa.Text(), nullable=False),
        sa.Column("authorisation", sa.Text(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", WHOLE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.CheckConstraint("means <> ''", name=op.f("cash_receipt_means")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("cash_receipt_mode")),
        sa.CheckConstraint("(payment IS NULL) = (movement IS NULL)", name=op.f("cash_receipt_movement")),
        sa.CheckConstraint("advance BETWEEN 0 AND cash", name=op.f("cash_receipt_advance")),
        sa.CheckConstraint("cash BETWEEN 0 AND 1000000000000000", name=op.f("cash_receipt_cash")),
        sa.CheckConstraint("number BETWEEN 1 AND 1000000000000000", name=op.f("cash_receipt_number")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("cash_receipt_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("cash_receipt_merchant_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("cash_receipt_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("cash_receipt_key")),
        sa.UniqueConstraint(
            "merchant", "mode", "series", "number", name=op.f("cash_receipt_merchant_mode_series_number_once")
        ),
        sqlite_strict=True,
    )
    op.create_index("receipt_newest", "cash_receipt", ["merchant", "mode", "number", "id"], unique=False)
    op.create_index(
        "receipt_received", "cash_receipt", ["merchant", "mode", "received_on", "series", "number"], unique=False
    )
    op.create_index("receipt_of_customer", "cash_receipt", ["customer", "mode", "number"], unique=False)
    op.create_index("cash_receipt_of_customer", "cash_receipt", ["customer", "mode", "issued_at", "id"], unique=False)
    op.create_index(
        "one_receipt",
        "cash_receipt",
        ["payment", "movement"],
        unique=True,
        sqlite_where=sa.text("payment IS NOT NULL AND voided_at IS NULL"),
    )
    op.create_index(
        "one_transfer",
        "cash_receipt",
        ["merchant", "mode", "received_in", "received_on", "bank_reference", "currency", "cash"],
        unique=True,
        sqlite_where=sa.text("bank_reference <> '' AND voided_at IS NULL"),
    )
    op.create_table(
        "receipt_note",
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.CheckConstraint("by <> ''", name=op.f("receipt_note_accounted_for")),
        sa.CheckConstraint("kind IN ('left', 'shown')", name=op.f("receipt_note_kind")),
        sa.CheckConstraint("number BETWEEN 1 AND 1000000000000000", name=op.f("receipt_note_number")),
        sa.ForeignKeyConstraint(["receipt"], ["cash_receipt.id"], name=op.f("receipt_note_receipt_known")),
        sa.PrimaryKeyConstraint("receipt", "number", name=op.f("receipt_note_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withholding_certificate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("tax", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("period_from", sa.Text(), nullable=False),
        sa.Column("period_to", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("booked", WHOLE, server_default="0", nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_kind", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", WHOLE, nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", WHOLE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.CheckConstraint("(voided_at IS NULL) = (voided_by = '')", name=op.f("withholding_certificate_voided")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("withholding_certificate_mode")),
        sa.CheckConstraint("number <> '' AND recorded_by <> ''", name=op.f("withholding_certificate_accounted_for")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("withholding_certificate_amount")),
        sa.CheckConstraint("booked BETWEEN 0 AND amount", name=op.f("withholding_certificate_booked")),
        sa.CheckConstraint("period_from <= period_to", name=op.f("withholding_certificate_period")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("withholding_certificate_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("withholding_certificate_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("withholding_certificate_key")),
        sqlite_strict=True,
    )
    op.create_index(
        "one_certificate",
        "withholding_certificate",
        ["merchant", "mode", "customer", "tax", "number"],
        unique=True,
        sqlite_where=sa.text("voided_at IS NULL"),
    )
    op.create_index(
        op.f("withholding_certificate_by_customer_mode"), "withholding_certificate", ["customer", "mode"], unique=False
    )
    op.create_index(
        op.f("withholding_certificate_by_merchant_mode_period_to"),
        "withholding_certificate",
        ["merchant", "mode", "period_to"],
        unique=False,
    )
    op.create_table(
        "withheld_month",
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("tax", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("withheld_month_mode")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("withheld_month_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("withheld_month_merchant_known")),
        sa.PrimaryKeyConstraint(
            "merchant", "mode", "month", "customer", "tax", "currency", name=op.f("withheld_month_key")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("withheld_month_by_customer_mode"), "withheld_month", ["customer", "mode"], unique=False)
    op.create_table(
        "disbursement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", WHOLE, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("issued_at", WHOLE, nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("paid_to", sa.Text(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", WHOLE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.CheckConstraint("issued_by <> '' AND why <> ''", name=op.f("disbursement_accounted_for")),
        sa.CheckConstraint("means <> ''", name=op.f("disbursement_means")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("disbursement_mode")),
        sa.CheckConstraint("amount BETWEEN 1 AND 1000000000000000", name=op.f("disbursement_amount")),
        sa.CheckConstraint("number BETWEEN 1 AND 1000000000000000", name=op.f("disbursement_number")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("disbursement_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("disbursement_merchant_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("disbursement_key")),
        sa.UniqueConstraint(
            "merchant", "mode", "series", "number", name=op.f("disbursement_merchant_mode_series_number_once")
        ),
        sqlite_strict=True,
    )
    op.create_index(op.f("disbursement_by_customer_mode"), "disbursement", ["customer", "mode"], unique=False)
    op.create_table(
        "conversion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("merchant", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("came_currency", sa.Text(), nullable=False),
        sa.Column("came", WHOLE, nullable=False),
        sa.Column("settles_currency", sa.Text(), nullable=False),
        sa.Column("settles", WHOLE, nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rate_on", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("value_on", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", WHOLE, nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", WHOLE, nullable=True),
        sa.Column("voided_by", sa.Text(), nullable=False),
        sa.CheckConstraint("by <> '' AND why <> '' AND source <> ''", name=op.f("conversion_accounted_for")),
        sa.CheckConstraint("mode IN ('live', 'test')", name=op.f("conversion_mode")),
        sa.CheckConstraint("came BETWEEN 1 AND 1000000000000000", name=op.f("conversion_came")),
        sa.CheckConstraint("came_currency <> settles_currency", name=op.f("conversion_two_currencies")),
        sa.CheckConstraint("settles BETWEEN 1 AND 1000000000000000", name=op.f("conversion_settles")),
        sa.ForeignKeyConstraint(["customer"], ["customer.id"], name=op.f("conversion_customer_known")),
        sa.ForeignKeyConstraint(["merchant"], ["merchant.id"], name=op.f("conversion_merchant_known")),
        sa.ForeignKeyConstraint(["payment"], ["payment.id"], name=op.f("conversion_payment_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("conversion_key")),
        sa.UniqueConstraint("form", name=op.f("conversion_form_once")),
        sqlite_strict=True,
    )
    op.create_index(op.f("conversion_by_customer_mode"), "conversion", ["customer", "mode"], unique=False)
    op.create_index(op.f("conversion_by_merchant_mode_at"), "conversion", ["merchant", "mode", "at"], unique=False)
    op.create_index(
        op.f("conversion_by_payment"),
        "conversion",
        ["payment"],
        unique=False,
        sqlite_where=sa.text("payment IS NOT NULL"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("counter_key")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    recreate_triggers(op.get_bind())

CREATE TABLE accrual_release (
	label_id TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	released_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	released_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (label_id)
);
CREATE TABLE billing_terms (
	carrier_id TEXT NOT NULL,
	terms JSONB NOT NULL,
	PRIMARY KEY (carrier_id)
);
ALTER TABLE claim ADD COLUMN order_id TEXT DEFAULT '' NOT NULL;
ALTER TABLE claim ADD COLUMN sscc TEXT DEFAULT '' NOT NULL;
ALTER TABLE claim ADD COLUMN says TEXT DEFAULT '' NOT NULL;
CREATE INDEX claim_of_label ON claim (label_id, kind);

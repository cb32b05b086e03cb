CREATE TABLE invoice (
	carrier_id TEXT NOT NULL,
	invoice_number TEXT NOT NULL,
	billed_on DATE NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	billed_minor BIGINT DEFAULT '0' NOT NULL,
	expected_minor BIGINT DEFAULT '0' NOT NULL,
	disputed_minor BIGINT DEFAULT '0' NOT NULL,
	taken_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (carrier_id, invoice_number)
);
CREATE TABLE invoice_line (
	carrier_id TEXT NOT NULL,
	invoice_number TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	label_id TEXT DEFAULT '' NOT NULL,
	named TEXT DEFAULT '' NOT NULL,
	matched_by TEXT DEFAULT '' NOT NULL,
	expected_minor BIGINT DEFAULT '0' NOT NULL,
	billed_minor BIGINT DEFAULT '0' NOT NULL,
	disputed_minor BIGINT DEFAULT '0' NOT NULL,
	charges JSONB NOT NULL,
	differences JSONB NOT NULL,
	PRIMARY KEY (carrier_id, invoice_number, line_no)
);
CREATE INDEX ix_invoice_line_label_id ON invoice_line (label_id);
CREATE TABLE claim (
	claim_id TEXT NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	invoice_number TEXT DEFAULT '' NOT NULL,
	line_no BIGINT DEFAULT '0' NOT NULL,
	label_id TEXT DEFAULT '' NOT NULL,
	claimed_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	file_by DATE,
	state TEXT DEFAULT '' NOT NULL,
	paid_minor BIGINT DEFAULT '0' NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (claim_id)
);
CREATE INDEX claim_to_file ON claim (file_by, claim_id) WHERE state = 'open';

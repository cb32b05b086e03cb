CREATE TABLE exchange_rate (
	base TEXT NOT NULL,
	quote TEXT NOT NULL,
	first_day DATE NOT NULL,
	units BIGINT DEFAULT '0' NOT NULL,
	per BIGINT DEFAULT '0' NOT NULL,
	source TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (base, quote, first_day)
)

CREATE TABLE import_map (
	kind TEXT NOT NULL,
	fingerprint TEXT NOT NULL,
	text TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (kind, fingerprint)
);
CREATE TABLE imported_order (
	customer_id TEXT NOT NULL,
	reference TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	import_id TEXT DEFAULT '' NOT NULL,
	digest TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (customer_id, reference)
);
CREATE TABLE imports (
	import_id TEXT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	file TEXT DEFAULT '' NOT NULL,
	file_digest TEXT DEFAULT '' NOT NULL,
	map_digest TEXT DEFAULT '' NOT NULL,
	good BIGINT DEFAULT '0' NOT NULL,
	bad BIGINT DEFAULT '0' NOT NULL,
	created BIGINT DEFAULT '0' NOT NULL,
	changed BIGINT DEFAULT '0' NOT NULL,
	same BIGINT DEFAULT '0' NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	undone_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (import_id)
);
CREATE INDEX imports_by_file ON imports (kind, file_digest, map_digest);
CREATE TABLE supplier (
	supplier_id TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	person_ref TEXT DEFAULT '' NOT NULL,
	lead_days INTEGER,
	PRIMARY KEY (supplier_id)
);
CREATE INDEX orders_by_reference ON orders (reference) WHERE reference <> '';

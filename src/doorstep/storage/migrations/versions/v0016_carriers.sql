ALTER TABLE label ADD carrier_ref TEXT DEFAULT '' NOT NULL;
CREATE TABLE errand (
	errand_id TEXT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	label_ids JSONB NOT NULL,
	ready_at TIMESTAMP WITH TIME ZONE,
	closes_at TIMESTAMP WITH TIME ZONE,
	instructions TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	carrier_ref TEXT DEFAULT '' NOT NULL,
	confirmation TEXT DEFAULT '' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	document TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (errand_id)
);
CREATE INDEX errand_by_site ON errand (site_id, carrier_id, errand_id);
CREATE TABLE carrier_line (
	carrier_id TEXT NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	failures BIGINT DEFAULT '0' NOT NULL,
	rests_until TIMESTAMP WITH TIME ZONE,
	why TEXT DEFAULT '' NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (carrier_id)
);

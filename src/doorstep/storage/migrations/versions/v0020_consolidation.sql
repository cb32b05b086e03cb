CREATE TABLE consolidation (
	consolidation_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	tariff_id TEXT DEFAULT '' NOT NULL,
	travels_as TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	departs TIMESTAMP WITH TIME ZONE NOT NULL,
	freight_minor BIGINT DEFAULT '0' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	alone_minor BIGINT DEFAULT '0' NOT NULL,
	rejected JSONB NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (consolidation_id)
);
CREATE TABLE consolidation_member (
	consolidation_id TEXT NOT NULL,
	fulfilment_id TEXT NOT NULL,
	order_id TEXT NOT NULL,
	freight_minor BIGINT DEFAULT '0' NOT NULL,
	alone_minor BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (consolidation_id, fulfilment_id)
);
CREATE INDEX ix_consolidation_member_order_id ON consolidation_member (order_id);

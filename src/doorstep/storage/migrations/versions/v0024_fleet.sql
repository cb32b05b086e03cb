CREATE TABLE vehicle (
	vehicle_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	vehicle JSONB NOT NULL,
	PRIMARY KEY (vehicle_id)
);
CREATE TABLE route_day (
	site_id TEXT NOT NULL,
	day DATE NOT NULL,
	plan_id TEXT DEFAULT '' NOT NULL,
	unplaced JSONB NOT NULL,
	roads TEXT DEFAULT '' NOT NULL,
	work_used BIGINT DEFAULT '0' NOT NULL,
	planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (site_id, day)
);
CREATE TABLE route (
	route_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	day DATE NOT NULL,
	vehicle_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	tariff_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	begins_at TIMESTAMP WITH TIME ZONE NOT NULL,
	leaves_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	distance_m BIGINT DEFAULT '0' NOT NULL,
	working_seconds BIGINT DEFAULT '0' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	left_at TIMESTAMP WITH TIME ZONE,
	ended_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (route_id)
);
CREATE INDEX route_by_day ON route (site_id, day);
CREATE INDEX route_open ON route (state) WHERE state IN ('planned', 'out');
CREATE TABLE route_stop (
	route_id TEXT NOT NULL,
	stop_id TEXT NOT NULL,
	visit_no BIGINT DEFAULT '0' NOT NULL,
	doing TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	order_ids JSONB NOT NULL,
	fulfilment_ids JSONB NOT NULL,
	ssccs JSONB NOT NULL,
	arrives_at TIMESTAMP WITH TIME ZONE NOT NULL,
	leaves_at TIMESTAMP WITH TIME ZONE NOT NULL,
	window_from TIMESTAMP WITH TIME ZONE NOT NULL,
	window_until TIMESTAMP WITH TIME ZONE NOT NULL,
	at TIMESTAMP WITH TIME ZONE,
	reason TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (route_id, stop_id)
);
CREATE TABLE route_share (
	route_id TEXT NOT NULL,
	sscc TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	label_id TEXT DEFAULT '' NOT NULL,
	share_minor BIGINT DEFAULT '0' NOT NULL,
	accrued_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (route_id, sscc)
);
CREATE INDEX ix_route_share_label_id ON route_share (label_id);
CREATE TABLE collection (
	site_id TEXT NOT NULL,
	carrier_id TEXT NOT NULL,
	collection JSONB NOT NULL,
	PRIMARY KEY (site_id, carrier_id)
);
CREATE TABLE manifest (
	manifest_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	day DATE NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	parcels BIGINT DEFAULT '0' NOT NULL,
	weight_g BIGINT DEFAULT '0' NOT NULL,
	carrier_ref TEXT DEFAULT '' NOT NULL,
	document TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (manifest_id)
);
CREATE INDEX manifest_by_day ON manifest (site_id, day);
CREATE TABLE manifest_label (
	label_id TEXT NOT NULL,
	manifest_id TEXT DEFAULT '' NOT NULL,
	sscc TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (label_id)
);
CREATE INDEX ix_manifest_label_manifest_id ON manifest_label (manifest_id);
CREATE TABLE pickup (
	pickup_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	day DATE NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	ready_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closes_at TIMESTAMP WITH TIME ZONE NOT NULL,
	carrier_ref TEXT DEFAULT '' NOT NULL,
	confirmation TEXT DEFAULT '' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	wanted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (pickup_id)
);
CREATE INDEX pickup_by_day ON pickup (site_id, day);

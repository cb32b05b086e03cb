CREATE TABLE handling (
	site_id TEXT NOT NULL,
	hours JSONB NOT NULL,
	parcels BIGINT DEFAULT '0' NOT NULL,
	until DATE NOT NULL,
	PRIMARY KEY (site_id)
);
CREATE TABLE transit (
	service_id TEXT NOT NULL,
	origin TEXT NOT NULL,
	destination TEXT NOT NULL,
	days JSONB NOT NULL,
	parcels BIGINT DEFAULT '0' NOT NULL,
	never BIGINT DEFAULT '0' NOT NULL,
	until DATE NOT NULL,
	PRIMARY KEY (service_id, origin, destination)
);

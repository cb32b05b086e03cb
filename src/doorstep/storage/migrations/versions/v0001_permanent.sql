CREATE TABLE document (
	digest TEXT NOT NULL,
	media_type TEXT DEFAULT '' NOT NULL,
	content BYTEA NOT NULL,
	PRIMARY KEY (digest)
);
CREATE TABLE due (
	due_id BIGINT GENERATED ALWAYS AS IDENTITY,
	verb TEXT DEFAULT '' NOT NULL,
	key TEXT DEFAULT '' NOT NULL,
	arguments JSONB NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	asked INTEGER DEFAULT '1' NOT NULL,
	attempts INTEGER DEFAULT '0' NOT NULL,
	leased_until TIMESTAMP WITH TIME ZONE,
	trouble TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (due_id)
);
CREATE UNIQUE INDEX due_once ON due (verb, key);
CREATE INDEX ix_due_due_at ON due (due_at);
CREATE TABLE journal (
	event_id BIGINT GENERATED ALWAYS AS IDENTITY (CACHE 1),
	transaction TEXT NOT NULL,
	position INTEGER NOT NULL,
	kind TEXT NOT NULL,
	version SMALLINT NOT NULL,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	actor TEXT DEFAULT '' NOT NULL,
	department TEXT DEFAULT '' NOT NULL,
	step TEXT DEFAULT '' NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE,
	completed_at TIMESTAMP WITH TIME ZONE,
	resource TEXT DEFAULT '' NOT NULL,
	site TEXT DEFAULT '' NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	business_step TEXT DEFAULT '' NOT NULL,
	disposition TEXT DEFAULT '' NOT NULL,
	cause TEXT DEFAULT '' NOT NULL,
	objects JSONB NOT NULL,
	body JSONB NOT NULL,
	digest BYTEA NOT NULL,
	PRIMARY KEY (event_id)
);
CREATE TABLE message (
	carrier_id TEXT NOT NULL,
	message_id TEXT NOT NULL,
	received_at TIMESTAMP WITH TIME ZONE NOT NULL,
	raw BYTEA NOT NULL,
	PRIMARY KEY (carrier_id, message_id)
);
CREATE TABLE person (
	person_ref TEXT NOT NULL,
	details JSONB NOT NULL,
	erased_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (person_ref)
);
CREATE TABLE reply (
	key TEXT NOT NULL,
	request_hash BYTEA NOT NULL,
	answer JSONB NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (key)
);
CREATE TABLE sealed (
	seq BIGINT NOT NULL,
	event_id BIGINT NOT NULL,
	digest BYTEA NOT NULL,
	chain BYTEA NOT NULL,
	PRIMARY KEY (seq),
	UNIQUE (event_id)
);
CREATE TABLE touched (
	object_type TEXT NOT NULL,
	object_id TEXT NOT NULL,
	event_id BIGINT NOT NULL,
	qualifier TEXT NOT NULL,
	PRIMARY KEY (object_type, object_id, event_id, qualifier)
);
CREATE TABLE unsealed (
	event_id BIGINT NOT NULL,
	PRIMARY KEY (event_id)
);
CREATE SEQUENCE sscc_serial;

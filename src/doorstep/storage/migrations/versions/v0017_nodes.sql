ALTER TABLE site ADD COLUMN terms JSONB NOT NULL DEFAULT '{"answer_s": 0, "confidence_ppm": 1000000, "handling_order_minor": null, "handling_unit_minor": null}';
ALTER TABLE site ALTER COLUMN terms DROP DEFAULT;
CREATE TABLE asking (
	fulfilment_id TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	answer_by TIMESTAMP WITH TIME ZONE NOT NULL,
	answered_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (fulfilment_id)
);
CREATE INDEX asking_waiting ON asking (answer_by) WHERE state = 'asked';
CREATE INDEX ix_asking_order_id ON asking (order_id);
UPDATE goals SET goals = goals || '{"scarcity": {"rule": "oldest_promise", "priority": [], "reserves": [], "approver": ""}}' WHERE NOT goals ? 'scarcity';

CREATE TABLE planning_run (
	plan_id TEXT NOT NULL,
	orders BIGINT DEFAULT '0' NOT NULL,
	waiting BIGINT DEFAULT '0' NOT NULL,
	moved BIGINT DEFAULT '0' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	full_minor BIGINT DEFAULT '0' NOT NULL,
	bound_minor BIGINT DEFAULT '0' NOT NULL,
	apart_minor BIGINT DEFAULT '0' NOT NULL,
	inputs JSONB NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (plan_id)
);
CREATE TABLE scarce_price (
	site_id TEXT NOT NULL,
	item_id TEXT NOT NULL,
	inbound_id TEXT NOT NULL,
	day TEXT NOT NULL,
	minor BIGINT DEFAULT '0' NOT NULL,
	plan_id TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (site_id, item_id, inbound_id, day)
);
ALTER TABLE plan ADD COLUMN full_minor BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE plan ADD COLUMN plan_id TEXT DEFAULT '' NOT NULL;
ALTER TABLE plan ADD COLUMN together BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE plan ADD COLUMN alone TEXT DEFAULT '' NOT NULL;
ALTER TABLE plan ADD COLUMN moved_by JSONB DEFAULT '[]' NOT NULL;
UPDATE plan SET full_minor = cost_minor;
UPDATE goals SET goals = jsonb_set(goals, '{weights}', '{"move_gain_minor": 50, "most_moved": 100}'::jsonb || (goals -> 'weights'));

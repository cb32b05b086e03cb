CREATE TABLE balance (
	place_id TEXT NOT NULL,
	item_id TEXT NOT NULL,
	lot TEXT NOT NULL,
	on_hand BIGINT DEFAULT '0' NOT NULL,
	held BIGINT DEFAULT '0' NOT NULL,
	physical BOOLEAN DEFAULT 'false' NOT NULL,
	PRIMARY KEY (place_id, item_id, lot),
	CONSTRAINT held_within_on_hand CHECK (NOT physical OR (held >= 0 AND held <= on_hand))
);
CREATE INDEX balance_by_item ON balance (item_id);
CREATE TABLE bench (
	fulfilment_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	item_id TEXT NOT NULL,
	lot TEXT NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (fulfilment_id, line_no, item_id, lot),
	CONSTRAINT bench_holds_what_was_picked CHECK (quantity >= 0)
);
CREATE TABLE carton (
	carton_id TEXT NOT NULL,
	carton JSONB NOT NULL,
	PRIMARY KEY (carton_id)
);
CREATE TABLE company (
	name TEXT NOT NULL,
	company JSONB NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE cost_entry (
	source TEXT NOT NULL,
	cost_kind TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	amount_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	incurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (source, cost_kind)
);
CREATE INDEX ix_cost_entry_order_id ON cost_entry (order_id);
CREATE TABLE customer (
	customer_id TEXT NOT NULL,
	person_ref TEXT DEFAULT '' NOT NULL,
	terms JSONB NOT NULL,
	PRIMARY KEY (customer_id)
);
CREATE TABLE demand (
	order_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	item_id TEXT NOT NULL,
	per_unit BIGINT DEFAULT '0' NOT NULL,
	wanted BIGINT DEFAULT '0' NOT NULL,
	waiting BIGINT DEFAULT '0' NOT NULL,
	held BIGINT DEFAULT '0' NOT NULL,
	picked BIGINT DEFAULT '0' NOT NULL,
	shipped BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (order_id, line_no, item_id),
	CONSTRAINT every_unit_is_somewhere CHECK (wanted = waiting + held + picked + shipped),
	CONSTRAINT no_unit_twice CHECK (waiting >= 0 AND held >= 0 AND picked >= 0 AND shipped >= 0)
);
CREATE INDEX demand_waiting ON demand (item_id) WHERE waiting > 0;
CREATE TABLE fulfilment (
	fulfilment_id TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	wave_id TEXT DEFAULT '' NOT NULL,
	departs TIMESTAMP WITH TIME ZONE NOT NULL,
	ship_by TIMESTAMP WITH TIME ZONE NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (fulfilment_id)
);
CREATE INDEX fulfilment_planned ON fulfilment (site_id, ship_by) WHERE state = 'planned';
CREATE INDEX ix_fulfilment_order_id ON fulfilment (order_id);
CREATE TABLE fulfilment_line (
	fulfilment_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	item_id TEXT NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	picked BIGINT DEFAULT '0' NOT NULL,
	packed BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (fulfilment_id, line_no, item_id),
	CONSTRAINT packed_within_picked CHECK (packed >= 0 AND packed <= picked AND picked <= quantity)
);
CREATE TABLE hand_off (
	transaction TEXT NOT NULL,
	position INTEGER NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	from_step TEXT DEFAULT '' NOT NULL,
	to_step TEXT DEFAULT '' NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	slack_seconds BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (transaction, position)
);
CREATE INDEX ix_hand_off_order_id ON hand_off (order_id);
CREATE TABLE hold (
	hold_id TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	line_no BIGINT DEFAULT '0' NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	lot TEXT DEFAULT '' NOT NULL,
	place_id TEXT DEFAULT '' NOT NULL,
	inbound_id TEXT DEFAULT '' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE,
	state TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (hold_id)
);
CREATE INDEX hold_of_stock ON hold (site_id, item_id) WHERE state = 'active';
CREATE INDEX hold_to_expire ON hold (expires_at) WHERE state = 'active' AND expires_at IS NOT NULL;
CREATE INDEX ix_hold_order_id ON hold (order_id);
CREATE TABLE inbound (
	inbound_id TEXT NOT NULL,
	supplier_id TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	expected BIGINT DEFAULT '0' NOT NULL,
	received BIGINT DEFAULT '0' NOT NULL,
	held BIGINT DEFAULT '0' NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (inbound_id),
	CONSTRAINT held_within_expected CHECK (held >= 0 AND held <= greatest(expected - received, 0))
);
CREATE INDEX ix_inbound_item_id ON inbound (item_id);
CREATE TABLE item (
	item_id TEXT NOT NULL,
	tracking TEXT DEFAULT '' NOT NULL,
	item JSONB NOT NULL,
	PRIMARY KEY (item_id)
);
CREATE TABLE label (
	label_id TEXT NOT NULL,
	sscc TEXT DEFAULT '' NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	fulfilment_id TEXT DEFAULT '' NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	tracking_number TEXT DEFAULT '' NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	document TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (label_id)
);
CREATE INDEX ix_label_sscc ON label (sscc);
CREATE INDEX label_by_tracking ON label (carrier_id, tracking_number);
CREATE UNIQUE INDEX one_live_label ON label (sscc) WHERE state IN ('requested', 'bought', 'void_requested');
CREATE TABLE lot (
	item_id TEXT NOT NULL,
	lot TEXT NOT NULL,
	expires_on DATE,
	PRIMARY KEY (item_id, lot)
);
CREATE TABLE milestone (
	sscc TEXT NOT NULL,
	milestone TEXT NOT NULL,
	reached_at TIMESTAMP WITH TIME ZONE,
	PRIMARY KEY (sscc, milestone)
);
CREATE TABLE move (
	transaction TEXT NOT NULL,
	position INTEGER NOT NULL,
	move_no INTEGER NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	lot TEXT DEFAULT '' NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	from_place TEXT DEFAULT '' NOT NULL,
	to_place TEXT DEFAULT '' NOT NULL,
	occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (transaction, position, move_no),
	CONSTRAINT a_move_moves CHECK (quantity > 0)
);
CREATE INDEX ix_move_item_id ON move (item_id);
CREATE TABLE order_line (
	order_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	ordered BIGINT DEFAULT '0' NOT NULL,
	cancelled BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (order_id, line_no),
	CONSTRAINT cancelled_within_ordered CHECK (cancelled >= 0 AND cancelled <= ordered)
);
CREATE TABLE orders (
	order_id TEXT NOT NULL,
	customer_id TEXT DEFAULT '' NOT NULL,
	person_ref TEXT DEFAULT '' NOT NULL,
	area TEXT DEFAULT '' NOT NULL,
	currency TEXT DEFAULT '' NOT NULL,
	reference TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	stopped BOOLEAN DEFAULT 'false' NOT NULL,
	asked_from DATE,
	asked_by DATE,
	placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	cleared_at TIMESTAMP WITH TIME ZONE,
	delivered_on DATE,
	terms JSONB NOT NULL,
	last_step TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (order_id)
);
CREATE INDEX ix_orders_customer_id ON orders (customer_id);
CREATE INDEX orders_open ON orders (placed_at) WHERE state = 'open';
CREATE TABLE parcel (
	sscc TEXT NOT NULL,
	fulfilment_id TEXT DEFAULT '' NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	carton_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	length_mm BIGINT DEFAULT '0' NOT NULL,
	width_mm BIGINT DEFAULT '0' NOT NULL,
	height_mm BIGINT DEFAULT '0' NOT NULL,
	weight_g BIGINT DEFAULT '0' NOT NULL,
	milestone TEXT DEFAULT '' NOT NULL,
	eta DATE,
	packed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	handed_over_at TIMESTAMP WITH TIME ZONE,
	first_scanned_at TIMESTAMP WITH TIME ZONE,
	delivered_at TIMESTAMP WITH TIME ZONE,
	placements JSONB NOT NULL,
	PRIMARY KEY (sscc)
);
CREATE INDEX ix_parcel_fulfilment_id ON parcel (fulfilment_id);
CREATE INDEX ix_parcel_order_id ON parcel (order_id);
CREATE TABLE parcel_content (
	sscc TEXT NOT NULL,
	content_no INTEGER NOT NULL,
	line_no BIGINT DEFAULT '0' NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	lot TEXT DEFAULT '' NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	serials JSONB NOT NULL,
	PRIMARY KEY (sscc, content_no)
);
CREATE TABLE pick_task (
	task_id TEXT NOT NULL,
	fulfilment_id TEXT DEFAULT '' NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	line_no BIGINT DEFAULT '0' NOT NULL,
	item_id TEXT DEFAULT '' NOT NULL,
	quantity BIGINT DEFAULT '0' NOT NULL,
	picked BIGINT DEFAULT '0' NOT NULL,
	place_id TEXT DEFAULT '' NOT NULL,
	lot TEXT DEFAULT '' NOT NULL,
	hold_id TEXT DEFAULT '' NOT NULL,
	state TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (task_id)
);
CREATE INDEX ix_pick_task_fulfilment_id ON pick_task (fulfilment_id);
CREATE TABLE place (
	place_id TEXT NOT NULL,
	kind TEXT DEFAULT '' NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (place_id)
);
CREATE INDEX ix_place_site_id ON place (site_id);
CREATE TABLE plan (
	order_id TEXT NOT NULL,
	cost_minor BIGINT DEFAULT '0' NOT NULL,
	bound_minor BIGINT DEFAULT '0' NOT NULL,
	reasons JSONB NOT NULL,
	rejected JSONB NOT NULL,
	planned_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (order_id)
);
CREATE TABLE pool (
	site_id TEXT NOT NULL,
	item_id TEXT NOT NULL,
	lot TEXT NOT NULL,
	on_hand BIGINT DEFAULT '0' NOT NULL,
	held BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (site_id, item_id, lot),
	CONSTRAINT held_within_pool CHECK (held >= 0 AND held <= on_hand)
);
CREATE INDEX pool_by_item ON pool (item_id);
CREATE TABLE promise (
	promise_id TEXT NOT NULL,
	line_no INTEGER NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	revision BIGINT DEFAULT '0' NOT NULL,
	first_day DATE,
	last_day DATE NOT NULL,
	ppm BIGINT DEFAULT '0' NOT NULL,
	basis TEXT DEFAULT '' NOT NULL,
	cause TEXT DEFAULT '' NOT NULL,
	caused_by TEXT DEFAULT '' NOT NULL,
	promised_at TIMESTAMP WITH TIME ZONE NOT NULL,
	inputs JSONB NOT NULL,
	PRIMARY KEY (promise_id, line_no)
);
CREATE INDEX ix_promise_order_id ON promise (order_id);
CREATE TABLE scan (
	carrier_id TEXT NOT NULL,
	message_id TEXT NOT NULL,
	sscc TEXT DEFAULT '' NOT NULL,
	tracking_number TEXT DEFAULT '' NOT NULL,
	code TEXT DEFAULT '' NOT NULL,
	milestone TEXT DEFAULT '' NOT NULL,
	scanned_at TIMESTAMP WITH TIME ZONE,
	scan_place TEXT DEFAULT '' NOT NULL,
	corrects BOOLEAN DEFAULT 'false' NOT NULL,
	parked TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (carrier_id, message_id)
);
CREATE INDEX ix_scan_sscc ON scan (sscc);
CREATE INDEX scan_by_tracking ON scan (carrier_id, tracking_number);
CREATE TABLE score (
	order_id TEXT NOT NULL,
	against TEXT NOT NULL,
	kept BOOLEAN DEFAULT 'false' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	last_day DATE NOT NULL,
	delivered_on DATE,
	PRIMARY KEY (order_id, against)
);
CREATE TABLE service (
	service_id TEXT NOT NULL,
	carrier_id TEXT DEFAULT '' NOT NULL,
	service JSONB NOT NULL,
	PRIMARY KEY (service_id)
);
CREATE TABLE site (
	site_id TEXT NOT NULL,
	name TEXT DEFAULT '' NOT NULL,
	area TEXT DEFAULT '' NOT NULL,
	person_ref TEXT DEFAULT '' NOT NULL,
	calendar JSONB NOT NULL,
	daily_orders BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (site_id)
);
CREATE TABLE unit (
	item_id TEXT NOT NULL,
	serial TEXT NOT NULL,
	lot TEXT DEFAULT '' NOT NULL,
	place_id TEXT DEFAULT '' NOT NULL,
	fulfilment_id TEXT DEFAULT '' NOT NULL,
	line_no BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (item_id, serial)
);
CREATE INDEX ix_unit_fulfilment_id ON unit (fulfilment_id);
CREATE INDEX unit_by_place ON unit (place_id, item_id);
CREATE TABLE wave (
	wave_id TEXT NOT NULL,
	site_id TEXT DEFAULT '' NOT NULL,
	released_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (wave_id)
);

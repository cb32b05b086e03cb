ALTER TABLE orders ADD COLUMN first_by DATE, ADD COLUMN agreed_by DATE;
ALTER TABLE fulfilment ADD COLUMN since TIMESTAMP WITH TIME ZONE;
UPDATE orders SET first_by = p.first_by, agreed_by = p.agreed_by FROM (
	SELECT order_id, (array_agg(last_day ORDER BY revision) FILTER (WHERE revision = 1))[1] AS first_by,
		(array_agg(last_day ORDER BY revision DESC))[1] AS agreed_by
	FROM promise WHERE line_no = 0 GROUP BY order_id
) p WHERE p.order_id = orders.order_id;
UPDATE fulfilment SET since = h.since FROM (
	SELECT DISTINCT ON (fulfilment_id) fulfilment_id, since FROM (
		SELECT body ->> 'fulfilment_id' AS fulfilment_id, occurred_at AS since, event_id FROM journal
		WHERE kind = 'DeliveryWithdrawn' OR (kind = 'HandOffMade' AND body ->> 'fulfilment_id' <> '' AND body ->> 'to_step'
			IN ('release', 'pick', 'pack', 'label', 'hand_over', 'track', 'deliver'))
		UNION ALL
		SELECT t.object_id, j.occurred_at, j.event_id FROM journal j
		JOIN touched t ON t.event_id = j.event_id AND t.object_type = 'fulfilment' AND t.qualifier = 'planned'
		WHERE j.kind = 'ShipmentPlanned'
	) told ORDER BY fulfilment_id, event_id DESC
) h WHERE h.fulfilment_id = fulfilment.fulfilment_id;
DROP INDEX ix_orders_customer_id;
CREATE INDEX orders_by_customer ON orders (customer_id, order_id);
DROP INDEX orders_by_reference;
CREATE INDEX orders_by_reference ON orders (reference text_pattern_ops) WHERE reference <> '';
CREATE INDEX orders_by_placed ON orders (placed_at);
CREATE INDEX orders_due ON orders (agreed_by, order_id) WHERE state = 'open';
CREATE INDEX orders_to_clear ON orders (placed_at) WHERE state = 'open' AND cleared_at IS NULL;
CREATE INDEX orders_stopped ON orders (order_id) WHERE state = 'open' AND stopped;
CREATE INDEX orders_closed ON orders (state, order_id) WHERE state <> 'open';
CREATE INDEX score_by_day ON score (against, last_day, kept);
CREATE INDEX score_broken ON score (order_id) WHERE against = 'agreed' AND NOT kept;
CREATE INDEX cost_by_day ON cost_entry (incurred_at) INCLUDE (order_id, cost_kind, amount_minor, currency);
CREATE INDEX fulfilment_by_stage ON fulfilment (state, site_id, since);
CREATE INDEX fulfilment_by_site ON fulfilment (site_id, order_id);
CREATE INDEX parcel_on_road ON parcel (eta, order_id) WHERE state = 'handed_over';
CREATE INDEX parcel_in_trouble ON parcel (order_id)
	WHERE state = 'handed_over' AND milestone IN ('held', 'attempted', 'returning', 'returned', 'lost');
CREATE INDEX hold_on_inbound ON hold (inbound_id, order_id) WHERE state = 'active' AND inbound_id <> '';
CREATE TABLE tracking_link (
	token_hash BYTEA NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
	revoked_at TIMESTAMP WITH TIME ZONE,
	made_by TEXT DEFAULT '' NOT NULL,
	revoked_by TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (token_hash)
);
CREATE INDEX ix_tracking_link_order_id ON tracking_link (order_id);

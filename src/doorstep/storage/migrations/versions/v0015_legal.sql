CREATE TABLE rule_list (
	list_id TEXT NOT NULL,
	rules JSONB NOT NULL,
	set_at TIMESTAMP WITH TIME ZONE NOT NULL,
	fingerprint TEXT NOT NULL GENERATED ALWAYS AS (md5(rules::text)) STORED,
	PRIMARY KEY (list_id)
);
CREATE TABLE screening (
	name TEXT NOT NULL,
	screening JSONB NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE match_review (
	customer_id TEXT NOT NULL,
	list_id TEXT NOT NULL,
	entry_id TEXT NOT NULL,
	cleared BOOLEAN DEFAULT 'false' NOT NULL,
	because TEXT DEFAULT '' NOT NULL,
	reviewed_by TEXT DEFAULT '' NOT NULL,
	reviewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (customer_id, list_id, entry_id)
);
CREATE TABLE forbidden (
	fulfilment_id TEXT NOT NULL,
	order_id TEXT DEFAULT '' NOT NULL,
	service_id TEXT DEFAULT '' NOT NULL,
	rule TEXT DEFAULT '' NOT NULL,
	source TEXT DEFAULT '' NOT NULL,
	says TEXT DEFAULT '' NOT NULL,
	what_to_do TEXT DEFAULT '' NOT NULL,
	since TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (fulfilment_id)
);
UPDATE item SET item = '{"un_number": "", "packing_group": "", "limited_quantity": false, "equipment": "", "lithium_mwh": null, "lithium_mg": null, "lithium_cell": false, "charge_percent": null, "temperature": "", "transit_hours": null, "coolant": "", "coolant_g": null, "over_weekend": false, "licence": "", "min_age": 0, "battery_g": null}' || item WHERE NOT item ?& array['un_number', 'temperature', 'battery_g'];
UPDATE service SET service = '{"cargo_aircraft": false, "keeps": [], "checks_age": 0}' || service WHERE NOT service ?& array['cargo_aircraft', 'keeps'];
UPDATE customer SET terms = terms || '{"licences": null}' WHERE NOT terms ? 'licences';
UPDATE orders SET terms = terms || '{"licences": null}' WHERE NOT terms ? 'licences';
UPDATE company SET company = jsonb_set(company, '{terms,licences}', 'null') WHERE NOT company->'terms' ? 'licences';

CREATE TABLE last_rate (
	carrier_id TEXT NOT NULL,
	from_area TEXT NOT NULL,
	to_area TEXT NOT NULL,
	weight_g BIGINT NOT NULL,
	length_mm BIGINT NOT NULL,
	width_mm BIGINT NOT NULL,
	height_mm BIGINT NOT NULL,
	offers JSONB NOT NULL,
	told_at TIMESTAMP WITH TIME ZONE NOT NULL,
	PRIMARY KEY (carrier_id, from_area, to_area, weight_g, length_mm, width_mm, height_mm)
);
DROP TABLE errand;
DROP TABLE carrier_line;

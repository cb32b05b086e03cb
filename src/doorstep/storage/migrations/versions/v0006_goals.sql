CREATE TABLE goals (
	name TEXT NOT NULL,
	goals JSONB NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO goals (name, goals)
SELECT 'goals', jsonb_build_object('classes', jsonb_build_array(), 'weights', jsonb_build_object(
	'handling_order_minor', company -> 'handling_order_minor',
	'handling_unit_minor', company -> 'handling_unit_minor',
	'split_minor', company -> 'split_minor',
	'late_day_minor', company -> 'late_day_minor',
	'broken_minor', 5000,
	'waits_minor', 1000000
)) FROM company;
UPDATE company SET company = company - ARRAY['handling_order_minor', 'handling_unit_minor', 'split_minor', 'late_day_minor'];

UPDATE goals SET goals = goals || '{"supply": {"fill_ppm": null, "days": null}, "capacity": []}' WHERE NOT goals ? 'supply';
UPDATE goals SET goals = jsonb_set(goals, '{weights}', '{"departure_minor": 0, "lying_unit_minor": 0}' || (goals -> 'weights'));

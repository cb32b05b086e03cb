UPDATE goals SET goals = goals || '{"supply": {"fill_ppm": null, "days": null}, "capacity": []}' WHERE NOT goals ? 'supply';

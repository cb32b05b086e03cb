UPDATE customer SET terms = terms || '{"preference": null}' WHERE NOT terms ? 'preference';
UPDATE orders SET terms = terms || '{"preference": null}' WHERE NOT terms ? 'preference';
UPDATE company SET company = jsonb_set(company, '{terms,preference}', 'null') WHERE NOT company->'terms' ? 'preference';

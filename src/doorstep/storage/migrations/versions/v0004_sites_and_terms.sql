ALTER TABLE site ADD COLUMN kind TEXT DEFAULT 'own' NOT NULL;
ALTER TABLE site ALTER COLUMN kind SET DEFAULT '';
UPDATE item SET item = item || '{"sold_by": 1}' WHERE NOT item ? 'sold_by';
UPDATE customer SET terms = terms || '{"receives": null}' WHERE NOT terms ? 'receives';
UPDATE orders SET terms = terms || '{"receives": null}' WHERE NOT terms ? 'receives';
UPDATE company SET company = jsonb_set(company, '{terms,receives}', 'null') WHERE NOT company->'terms' ? 'receives';

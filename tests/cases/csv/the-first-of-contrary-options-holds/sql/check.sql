select id, quote_nullable(b), (select index = 'mixed_pkey'::regclass from before) from mixed order by id

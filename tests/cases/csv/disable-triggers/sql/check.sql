select quote_nullable(id), quote_nullable(b), (select tgenabled from pg_trigger where tgname = 'mark') from t order by 1, 2, 3

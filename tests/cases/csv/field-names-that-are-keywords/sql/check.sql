select id, quote_nullable("null"), quote_nullable("trim"), quote_nullable(date), quote_nullable(terminated), quote_nullable("having"), quote_nullable(fields) from t order by 1, 2, 3, 4, 5, 6, 7

select quote_nullable(id), replace(quote_nullable(b), E'\n', '\n'), quote_nullable(c) from t order by id collate "C", b collate "C"

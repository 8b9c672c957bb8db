select quote_nullable(a), s, quote_nullable(b), g, i, quote_nullable(c) from t order by 1, 2, 3, 4, 5, 6

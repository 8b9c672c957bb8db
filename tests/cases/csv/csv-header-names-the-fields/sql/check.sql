select quote_nullable(id), quote_nullable(name), quote_nullable("total, net"), "say ""hi""" from t order by 1, 2, 3, 4

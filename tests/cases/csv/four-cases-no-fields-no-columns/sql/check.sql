select a, s, b, g, i, c from t order by ctid

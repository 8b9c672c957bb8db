select a, b, c, d, e from t

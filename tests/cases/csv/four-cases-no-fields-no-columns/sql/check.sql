select a, s, b, g, i, c from t order by 1, 2, 3, 4, 5, 6

select i, n, b, d, a, j, encode(y, 'hex') from t order by abs(i)

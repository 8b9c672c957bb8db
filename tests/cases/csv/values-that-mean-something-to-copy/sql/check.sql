select replace(a, E'\t', '<TAB>') from t order by 1

select n, s from steps union all select null, id || b from t order by 1

select 't', count(*) from t union all select 'u', count(*) from u order by 1

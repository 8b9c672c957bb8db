select 't', id from t
union all select 'app.t', id from app.t
union all select '"App"."T"', id from "App"."T"
order by 2

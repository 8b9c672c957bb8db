select '"T"', id from "T"
union all select 't', id from t
union all select 'other', id from other
union all select 'app.things', id from app.things
order by 2

select '"MixedCase"', id from "MixedCase"
union all select '"User"', id from "User"
union all select '"My Table"', id from "My Table"
union all select '"App"."My$table"', id from "App"."My$table"
union all select 'lower', id from lower
order by 2

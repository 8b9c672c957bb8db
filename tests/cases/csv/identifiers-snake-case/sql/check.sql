select 'player_id', id from player_id
union all select 'reference_id', id from reference_id
union all select '"user"', id from "user"
union all select 'httpserver', id from httpserver
union all select 'my_app.my_table', id from my_app.my_table
union all select '"My Table"', id from "My Table"
order by 2

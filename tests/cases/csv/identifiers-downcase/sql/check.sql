select '"My Table"', id from "My Table"
union all select '"my-Table"', id from "my-Table"
union all select '"user"', id from "user"
union all select 'app.things', id from app.things
union all select 'my_table', id from my_table
union all select 'plain', id from plain
order by 2

select k, quote_nullable(a) from (select 1 n, 'trimmed' k, ctid c, a from trimmed union all select 2, 'kept', ctid, a from kept) r order by n, c

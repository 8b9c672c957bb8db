select quote_nullable(id), quote_nullable(b) from (select 1 n, ctid p, id, b from t union all select 2, ctid, id, b from u) r order by n, p

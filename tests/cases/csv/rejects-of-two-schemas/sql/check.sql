select 1, id, quote_nullable(b) from s1.t union all select 2, id, quote_nullable(b) from s2.t order by 1

create table t (a text, s serial, b text default 'default', g text generated always as (coalesce(a, '-') || 'g') stored, c text default 'unused');

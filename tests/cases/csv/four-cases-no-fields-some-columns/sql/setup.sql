create table t (a text, s serial, b text default 'default', g text generated always as (coalesce(a, '-') || 'g') stored, i integer generated always as identity, c text default 'default');

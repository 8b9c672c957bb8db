create table t (i integer, n numeric, b boolean, d date, a integer[], j jsonb, y bytea);

create table t (id integer, place point, squeezed text, range text, stamp timestamp, clock time, chosen text, other text, number bigint, sum bigint, xs text[], lispy double precision);

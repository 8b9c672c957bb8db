create table t (id integer, d date, at timestamp, clock time, noon time, frac timestamp);

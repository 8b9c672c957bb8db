create domain birthday as date;
create table t (id integer, d date, t time, tz timetz, ts timestamp, tstz timestamptz, b birthday, x text, own date);

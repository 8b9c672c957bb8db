create schema app;
create table "T" (id integer);
create table t (id integer);
create table other (id integer);
create table app.things (id integer);

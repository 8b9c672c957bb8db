create schema app; create schema "App";
create table t (id integer);
create table app.t (id integer);
create table "App"."T" (id integer);

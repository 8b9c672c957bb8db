create schema app;
create table "My Table" (id integer);
create table "my-Table" (id integer);
create table "user" (id integer);
create table app.things (id integer);
create table my_table (id integer);
create table plain (id integer);

create schema "App";
create table "MixedCase" (id integer);
create table "User" (id integer);
create table "My Table" (id integer);
create table "App"."My$table" (id integer);
create table lower (id integer);
create table mixedcase (id integer);

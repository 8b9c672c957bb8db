create table t (id text, name text, "total, net" text, "say ""hi""" text default null);

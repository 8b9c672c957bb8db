create table t (id text, "a.b" text, "a$b" text, _x text, "a-b" text, "Mixed Case" text, "Single" text, "First_Name" text);

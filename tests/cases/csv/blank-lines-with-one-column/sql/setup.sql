create table trimmed (a text); create table kept (a text);

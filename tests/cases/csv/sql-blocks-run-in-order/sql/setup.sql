create table steps (n serial, s text);

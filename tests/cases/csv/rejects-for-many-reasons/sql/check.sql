select id, name, mood, day, small from t order by id

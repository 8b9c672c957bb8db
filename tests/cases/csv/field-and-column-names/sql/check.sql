select concat_ws(' ', id, "a.b", "a$b", _x, "a-b", "Mixed Case", "Single", "First_Name") from t order by 1

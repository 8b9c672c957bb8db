select 'immediate', id, parent from immediate union all select 'late', id, parent from late order by 1, 2

-- columns: year year, papers integer, introducing integer, withCode integer
WITH RECURSIVE
asked (node) AS (SELECT :method UNION SELECT narrower FROM asked JOIN narrower USING (node)),
found AS (SELECT place, min(role) AS role FROM asked JOIN edge USING (node) WHERE role < 2 GROUP BY place)
SELECT year, count(*), sum(role = 0),
    sum(EXISTS (SELECT * FROM edge WHERE edge.place = found.place AND edge.role = 2))
FROM found JOIN paper USING (place)
GROUP BY year
ORDER BY year

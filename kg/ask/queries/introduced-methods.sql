-- columns: method text, on text, year year, title text
WITH RECURSIVE
asked (node) AS (SELECT :task UNION SELECT narrower FROM asked JOIN narrower USING (node)),
found AS (SELECT DISTINCT node, place FROM asked JOIN edge USING (node) WHERE role < 2)
SELECT DISTINCT method.text, task.text, year, title.text
FROM found JOIN edge ON edge.place = found.place AND role = 0
    JOIN node AS entity ON entity.id = edge.node AND entity.kind = 'method' JOIN name AS method ON method.id = entity.label
    JOIN node AS subject ON subject.id = found.node JOIN name AS task ON task.id = subject.label
    JOIN paper ON paper.place = found.place
    JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
ORDER BY year DESC, title.text, method.text, task.text
LIMIT :limit

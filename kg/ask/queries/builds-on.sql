-- columns: new text, uses text, year year, title text
WITH RECURSIVE
asked (node) AS (SELECT :method UNION SELECT narrower FROM asked JOIN narrower USING (node)),
used (node, place) AS (SELECT node, place FROM asked JOIN edge USING (node) WHERE role = 1)
SELECT DISTINCT new.text, uses.text, year, title.text
FROM used
    CROSS JOIN paper ON paper.place = used.place
    CROSS JOIN edge ON edge.place = used.place AND edge.role = 0
    CROSS JOIN node AS method ON method.id = edge.node AND method.kind = 'method'
    CROSS JOIN name AS new ON new.id = method.label
    CROSS JOIN node AS old ON old.id = used.node CROSS JOIN name AS uses ON uses.id = old.label
    CROSS JOIN node AS article ON article.id = paper.node CROSS JOIN name AS title ON title.id = article.label
ORDER BY year DESC, title.text, new.text, uses.text
LIMIT :limit

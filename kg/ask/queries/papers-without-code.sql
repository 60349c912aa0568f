-- columns: title text, year year, introduces text
SELECT DISTINCT title.text, year, method.text
FROM paper
    JOIN node AS article ON article.id = paper.node
    JOIN name AS title ON title.id = article.label
    LEFT JOIN (edge JOIN node ON node.id = edge.node AND kind = 'method' JOIN name AS method ON method.id = label)
        ON edge.place = paper.place AND role = 0
WHERE NOT EXISTS (SELECT * FROM edge AS link WHERE link.place = paper.place AND link.role = 2)
ORDER BY year DESC, title.text, method.text
LIMIT :limit

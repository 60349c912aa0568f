-- columns: dataset text, papersOnTask integer, papersOnOther integer
WITH RECURSIVE
asked (task, node) AS (
    VALUES (0, :task), (1, :other)
    UNION SELECT task, narrower FROM asked JOIN narrower USING (node)
),
found AS (SELECT DISTINCT task, place FROM asked JOIN edge USING (node) WHERE role < 2),
counted AS (
    SELECT edge.node AS dataset, sum(task = 0) AS one, sum(task = 1) AS other
    FROM found JOIN edge ON edge.place = found.place AND role < 2 JOIN node ON node.id = edge.node AND kind = 'dataset'
    GROUP BY edge.node
)
SELECT text, one, other FROM counted JOIN node ON node.id = dataset JOIN name ON name.id = label
WHERE one > 0 AND other > 0
ORDER BY min(one, other) DESC, one + other DESC, text, iri
LIMIT :limit

-- columns: dataset text, papers integer
WITH RECURSIVE
asked (node) AS (SELECT :task UNION SELECT narrower FROM asked JOIN narrower USING (node)),
found AS (SELECT DISTINCT place FROM asked JOIN edge USING (node) WHERE role < 2)
SELECT text, used.papers
FROM (
    SELECT edge.node, count(*) AS papers FROM found JOIN edge ON edge.place = found.place AND role < 2
    GROUP BY edge.node
) AS used JOIN node ON node.id = used.node AND kind = 'dataset' JOIN name ON name.id = label
ORDER BY used.papers DESC, text, iri
LIMIT :limit

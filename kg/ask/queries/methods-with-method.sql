-- columns: with text, papers integer
WITH RECURSIVE
asked (node) AS (SELECT :method UNION SELECT narrower FROM asked JOIN narrower USING (node)),
found AS (SELECT DISTINCT place FROM asked JOIN edge USING (node) WHERE role < 2)
SELECT text, used.papers
FROM (
    SELECT edge.node, count(*) AS papers FROM found JOIN edge ON edge.place = found.place AND role < 2
    GROUP BY edge.node
) AS used JOIN node ON node.id = used.node AND kind = 'method' JOIN name ON name.id = label
WHERE used.node NOT IN (SELECT node FROM asked WHERE node IS NOT NULL)
ORDER BY used.papers DESC, text, iri
LIMIT :limit

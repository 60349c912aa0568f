-- columns: metric text, papers integer, results integer
WITH RECURSIVE
asked (node) AS (SELECT :task UNION SELECT narrower FROM asked JOIN narrower USING (node)),
found AS (SELECT DISTINCT place FROM asked JOIN edge USING (node) WHERE role < 2),
-- Numbers of papers that mention the metric themselves; a person may have named it in a correction alone.
reported AS (
    SELECT metric, count(*) AS results FROM found JOIN result USING (place)
    WHERE EXISTS (SELECT * FROM edge WHERE edge.node = metric AND role < 2 AND edge.place = result.place)
    GROUP BY metric
)
SELECT text, used.papers, coalesce(results, 0)
FROM (
    SELECT edge.node, count(*) AS papers FROM found JOIN edge ON edge.place = found.place AND role < 2
    GROUP BY edge.node
) AS used JOIN node ON node.id = used.node AND kind = 'metric' JOIN name ON name.id = label
    LEFT JOIN reported ON reported.metric = used.node
ORDER BY used.papers DESC, text, iri
LIMIT :limit

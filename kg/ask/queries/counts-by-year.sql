-- columns: year year, papers integer, withCode integer, withNewDataset integer, withResults integer
SELECT year, count(*),
    sum(EXISTS (SELECT * FROM edge WHERE edge.place = paper.place AND role = 2)),
    sum(EXISTS (
        SELECT * FROM edge JOIN node ON node.id = edge.node
        WHERE edge.place = paper.place AND role = 0 AND kind = 'dataset'
    )),
    sum(EXISTS (SELECT * FROM result WHERE result.place = paper.place))
FROM paper
GROUP BY year
ORDER BY year

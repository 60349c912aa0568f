-- columns: name text, papers integer, introducing integer
-- Of nodes that only texts name, the first ones are enough: they are numbered in the order of this answer.
SELECT text, found.papers, found.introducing
FROM (
    SELECT curated.node, papers_of_both AS papers, introducing_of_both AS introducing FROM curated
    UNION ALL SELECT id, papers, introducing FROM (
        SELECT id, papers, introducing FROM node
        WHERE kind = :type AND papers > 0 AND id NOT IN (SELECT node FROM curated)
        ORDER BY id
        LIMIT :limit
    )
) AS found JOIN node ON node.id = found.node JOIN name ON name.id = label
WHERE kind = :type AND found.papers > 0
ORDER BY found.papers DESC, text, iri
LIMIT :limit

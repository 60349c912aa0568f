-- columns: name text, papers integer, introducing integer
SELECT text, curated.papers, curated.introducing
FROM curated JOIN node ON node.id = curated.node JOIN name ON name.id = label
WHERE kind = :type AND curated.papers > 0
ORDER BY curated.papers DESC, text, iri
LIMIT :limit

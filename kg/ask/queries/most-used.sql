-- columns: name text, papers integer, introducing integer
-- Nodes are numbered in the order of this answer.
SELECT text, papers, introducing
FROM node JOIN name ON name.id = label
WHERE kind = :type AND papers > 0
ORDER BY node.id
LIMIT :limit

-- columns: dataset text, year year, title text, data iri, usedIn year, usedBy text
SELECT DISTINCT dataset.text, paper.year, title.text, address, user.year, used.text
FROM node AS entity JOIN name AS dataset ON dataset.id = entity.label
    JOIN edge ON edge.node = entity.id AND edge.role = 0
    JOIN paper ON paper.place = edge.place
    JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
    LEFT JOIN data ON data.place = edge.place
    LEFT JOIN (
        edge AS use JOIN paper AS user ON user.place = use.place
        JOIN node AS reader ON reader.id = user.node JOIN name AS used ON used.id = reader.label
    ) ON use.node = entity.id AND use.role = 1 AND coalesce(user.year >= paper.year, 1)
WHERE entity.kind = 'dataset' AND entity.introducing > 0
ORDER BY paper.year DESC, dataset.text, title.text, address, user.year, used.text
LIMIT :limit

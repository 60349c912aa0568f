-- columns: dataset text, year year, title text, data iri, usedIn year, usedBy text
SELECT DISTINCT dataset.text, paper.year, title.text, address, user.year, used.text
FROM node AS entity CROSS JOIN name AS dataset ON dataset.id = entity.label
    CROSS JOIN edge ON edge.node = entity.id AND edge.role = 0
    CROSS JOIN paper ON paper.place = edge.place
    CROSS JOIN node AS article ON article.id = paper.node CROSS JOIN name AS title ON title.id = article.label
    LEFT JOIN data ON data.place = edge.place
    LEFT JOIN edge AS use ON use.node = entity.id AND use.role = 1
        AND coalesce((SELECT year FROM paper AS other WHERE other.place = use.place) >= paper.year, 1)
    LEFT JOIN paper AS user ON user.place = use.place
    LEFT JOIN node AS reader ON reader.id = user.node LEFT JOIN name AS used ON used.id = reader.label
WHERE entity.kind = 'dataset' AND entity.introducing > 0
ORDER BY paper.year DESC, dataset.text, title.text, address, user.year, used.text
LIMIT :limit

-- columns: method text, whose text, on text, settings text, metric text, better text, reported text, value decimal, unit text, title text, year year, comparable boolean, confidence decimal, sentence text, ofMethod iri, paper iri
WITH RECURSIVE
asked (node) AS (
    SELECT :dataset
    UNION SELECT narrower FROM asked JOIN narrower USING (node) WHERE :variants = 'together'
),
found AS (
    SELECT result.* FROM asked JOIN result ON dataset = asked.node
    WHERE metric IS NOT NULL AND NOT relative AND (comparable OR :shown = 'all')
),
counted AS (
    SELECT metric, count(*) AS number FROM found JOIN node ON node.id = metric
    GROUP BY metric ORDER BY number DESC, node.iri LIMIT :metrics
)
SELECT DISTINCT method.text,
    CASE WHEN found.method IS NULL THEN NULL
        WHEN EXISTS (SELECT * FROM edge WHERE edge.node = found.method AND role = 0 AND edge.place = found.place)
        THEN 'own' ELSE 'other' END,
    dataset.text, replace(settings, char(10), ', '), metric.text, direction, reported, value, unit, title.text, year,
    iif(comparable, 'true', 'false'), confidence, sentence, entity.iri, article.iri
FROM counted JOIN found USING (metric)
    JOIN paper USING (place)
    JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
    JOIN node AS board ON board.id = found.dataset JOIN name AS dataset ON dataset.id = board.label
    JOIN node AS measure ON measure.id = found.metric JOIN name AS metric ON metric.id = measure.label
    LEFT JOIN better ON better.metric = found.metric
    LEFT JOIN node AS entity ON entity.id = found.method LEFT JOIN name AS method ON method.id = entity.label
ORDER BY number DESC, metric.text, title.text, method.text, dataset.text, replace(settings, char(10), ', '),
    reported, sentence
LIMIT :limit

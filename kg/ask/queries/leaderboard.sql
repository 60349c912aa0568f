-- columns: reported text, method text, whose text, on text, settings text, title text, year year, confidence decimal, sentence text
WITH RECURSIVE
asked (node) AS (
    SELECT :dataset
    UNION SELECT narrower FROM asked JOIN narrower USING (node) WHERE :variants = 'together'
),
-- Where some are percentages, shares are too.
percentages (node) AS (
    SELECT DISTINCT dataset FROM asked JOIN result ON dataset = asked.node
    WHERE metric = :metric AND comparable AND unit = '%'
),
directed (direction) AS (
    SELECT iif(:better = 'by-metric', (SELECT direction FROM better WHERE metric = :metric), :better)
),
found AS (
    SELECT result.*, CAST(value AS REAL) AS number FROM asked JOIN result ON dataset = asked.node
    WHERE metric = :metric AND value IS NOT NULL AND NOT relative AND (comparable OR :shown = 'all')
)
SELECT DISTINCT reported, method.text,
    CASE WHEN found.method IS NULL THEN NULL
        WHEN EXISTS (SELECT * FROM edge WHERE edge.node = found.method AND role = 0 AND edge.place = found.place)
        THEN 'own' ELSE 'other' END,
    dataset.text, replace(settings, char(10), ', '), title.text, year, confidence, sentence
FROM found JOIN directed ON direction IS NOT NULL
    JOIN paper USING (place)
    JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
    JOIN node AS board ON board.id = found.dataset JOIN name AS dataset ON dataset.id = board.label
    LEFT JOIN node AS entity ON entity.id = found.method LEFT JOIN name AS method ON method.id = entity.label
ORDER BY
    -- Rounded, because 100 times 0.57 is a little less than 57.
    iif(direction = 'lower', 1, -1) * round(
        iif(number <= 1 AND unit IS NULL AND found.dataset IN (SELECT node FROM percentages), 100, 1) * number, 9
    ),
    title.text, method.text, dataset.text, reported, sentence
LIMIT :limit

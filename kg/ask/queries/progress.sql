-- columns: year year, reported text, method text, title text, sentence text
WITH found AS (
    SELECT result.*, year, paper.node AS article, CAST(value AS REAL) AS number FROM result JOIN paper USING (place)
    WHERE dataset = :dataset AND metric = :metric AND comparable AND value IS NOT NULL AND year IS NOT NULL
),
best AS (
    SELECT year, iif(direction = 'lower', min(number), max(number)) AS number
    FROM found JOIN better USING (metric) GROUP BY year
)
SELECT DISTINCT year, reported, method.text, title.text, sentence
FROM best JOIN found USING (year, number)
    JOIN node AS article ON article.id = found.article JOIN name AS title ON title.id = article.label
    LEFT JOIN node AS entity ON entity.id = found.method LEFT JOIN name AS method ON method.id = entity.label
ORDER BY year, title.text, method.text, reported
LIMIT :limit

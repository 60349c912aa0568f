-- columns: method text, dataset text, metric text, reported text, title text, other text, otherTitle text
WITH found AS (
    SELECT result.*, CAST(value AS REAL) AS number FROM result WHERE comparable AND value IS NOT NULL
)
SELECT DISTINCT method.text, dataset.text, metric.text, first.reported, title.text, second.reported, other.text
FROM found AS first
    JOIN found AS second ON second.method = first.method AND second.dataset = first.dataset
        AND second.metric = first.metric AND first.number < second.number AND first.place != second.place
        AND coalesce(first.unit = second.unit, 1) AND first.settings IS second.settings
    JOIN node AS one ON one.id = first.method JOIN name AS method ON method.id = one.label
    JOIN node AS two ON two.id = first.dataset JOIN name AS dataset ON dataset.id = two.label
    JOIN node AS three ON three.id = first.metric JOIN name AS metric ON metric.id = three.label
    JOIN paper ON paper.place = first.place
    JOIN node AS article ON article.id = paper.node JOIN name AS title ON title.id = article.label
    JOIN paper AS another ON another.place = second.place
    JOIN node AS third ON third.id = another.node JOIN name AS other ON other.id = third.label
ORDER BY method.text, dataset.text, metric.text, title.text, other.text, first.reported
LIMIT :limit

"""Two listing pages of landmark machine learning papers, for ``kg demo``: titles and facts as published, abstracts
written for this package."""

"""Parts of a report beyond its findings and pictures: tables as HTML, nothing fetched."""

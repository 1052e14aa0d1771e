"""Results to look at: one offline HTML page (`page`), and text for the terminal (`terminal`)."""

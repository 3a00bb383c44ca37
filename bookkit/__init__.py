"""The book's machinery: exporter, runner, checks, plots and the website's parts."""

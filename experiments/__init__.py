"""One folder a question: study, analysis and figure, with the published figure beside it."""

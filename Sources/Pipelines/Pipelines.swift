// Pipelines: placeholder until its first file lands.

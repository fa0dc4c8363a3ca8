// API: placeholder until its first file lands.

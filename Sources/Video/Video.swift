// Video: placeholder until its first file lands.

// Jobs: placeholder until its first file lands.

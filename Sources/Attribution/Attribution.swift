// Attribution: placeholder until its first file lands.

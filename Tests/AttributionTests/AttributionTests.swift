// AttributionTests: placeholder until its first test lands.

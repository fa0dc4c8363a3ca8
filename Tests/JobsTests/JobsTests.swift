// JobsTests: placeholder until its first test lands.

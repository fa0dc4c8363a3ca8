// CineTests: placeholder until its first test lands.

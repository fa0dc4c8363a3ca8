// APITests: placeholder until its first test lands.

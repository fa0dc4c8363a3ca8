// StoreTests: placeholder until its first test lands.

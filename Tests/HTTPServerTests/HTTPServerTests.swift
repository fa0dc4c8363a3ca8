// HTTPServerTests: placeholder until its first test lands.

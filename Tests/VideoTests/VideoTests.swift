// VideoTests: placeholder until its first test lands.

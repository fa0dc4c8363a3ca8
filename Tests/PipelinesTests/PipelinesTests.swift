// PipelinesTests: placeholder until its first test lands.

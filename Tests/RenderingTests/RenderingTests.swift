// RenderingTests: placeholder until its first test lands.

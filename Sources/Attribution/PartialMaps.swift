package import Cine

/// Maps of what is finished of a run that is not over.
package struct PartialMaps: Sendable {
    /// Noisy copies that they are made of, over all windows; 1 for methods without noise.
    package let samples: Int
    /// Windows that are in them as a whole; 0 while the first is under way.
    package let windows: Int
    package let maps: [AttributionMap]

    package init(samples: Int, windows: Int, maps: [AttributionMap]) {
        self.samples = samples
        self.windows = windows
        self.maps = maps
    }
}

/// Where partial maps go. Making and keeping them costs time, so the keeper says when it wants some.
package struct PartialKeeper: Sendable {
    /// Whether maps are wanted now.
    package let isDue: @Sendable () -> Bool
    package let keep: @Sendable (PartialMaps) throws -> Void

    package init(
        isDue: @escaping @Sendable () -> Bool, keep: @escaping @Sendable (PartialMaps) throws -> Void
    ) {
        self.isDue = isDue
        self.keep = keep
    }

    /// Keeps maps if they are wanted now.
    func offer(_ partial: () throws -> PartialMaps) throws {
        if isDue() { try keep(partial()) }
    }

    /// Keeps what a run leaves that ends by an error. That error is what is told, so one of keeping is not.
    package func leave(_ partial: () throws -> PartialMaps) {
        try? keep(partial())
    }
}

package import ONNX

extension Graph {
    /// A manifest to begin with, from the shape of the graph's input; nil when that does not look like a clip of one or three channels.
    ///
    /// The value range is a guess: a graph does not say it. Extents that the graph leaves open are those that networks are often trained with.
    package var manifestToBeginWith: String? {
        guard let extents = inputs.first?.extents, extents.count == 5, extents[0] ?? 1 == 1 else { return nil }
        for (layout, axes) in [
            (InputContract.Layout.channelsFirst, (channel: 1, frame: 2, row: 3)),
            (.framesFirst, (channel: 2, frame: 1, row: 3)), (.channelsLast, (channel: 4, frame: 1, row: 2)),
        ] {
            guard let channels = extents[axes.channel], channels == 1 || channels == 3 else { continue }
            let (frames, height, width) = (extents[axes.frame], extents[axes.row], extents[axes.row + 1])
            return """
                {"name": "my-model", "architecture": "onnx", "task": "regression",
                 "input": {"frames": \(frames ?? 32), "period": 1, "height": \(height ?? 112), "width": \(width ?? 112), \
                "layout": "\(layout.rawValue)", "channels": "\(channels == 1 ? "Y" : "RGB")", "range": [0, 1]}}
                """
        }
        return nil
    }
}

/// How a flow field was estimated, for the record that goes with every result.
package struct FlowFacts: Hashable, Sendable {
    package enum Value: Hashable, Sendable {
        case number(Double)
        case text(String)
    }

    package struct Parameter: Hashable, Sendable {
        /// In snake case.
        package let name: String
        package let value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A ``FlowEstimatorKind``, or "given" for flow that came with the request.
    package let estimator: String
    /// Every parameter that the numbers depend on, in a fixed order.
    package let parameters: [Parameter]
    /// Name and version of the library that did the work, such as "OpenCV 4.6.0".
    package let library: String

    package init(estimator: String, parameters: [Parameter], library: String) {
        self.estimator = estimator
        self.parameters = parameters
        self.library = library
    }
}

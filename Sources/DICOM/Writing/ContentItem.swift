/// A code and what it means (PS3.3, 8.8).
package struct CodedConcept: Hashable, Sendable {
    /// At most 16 characters.
    package var value: String
    /// Coding Scheme Designator.
    package var scheme: String
    /// At most 64 characters.
    package var meaning: String

    package init(_ value: String, _ scheme: String, _ meaning: String) {
        self.value = value
        self.scheme = scheme
        self.meaning = meaning
    }

    package var dataSet: DataSet {
        var set = DataSet()
        set.put(0x0008_0100, .short, value)
        set.put(0x0008_0102, .short, scheme)
        set.put(0x0008_0104, .long, meaning)
        return set
    }
}

/// Which object, by its class and instance, and which of its frames.
package struct ObjectReference: Hashable, Sendable {
    package var sopClass, instance: String
    /// From 1, as DICOM counts them; empty for all.
    package var frames: [Int]

    package init(sopClass: String, instance: String, frames: [Int]) {
        self.sopClass = sopClass
        self.instance = instance
        self.frames = frames
    }

    /// An item of a sequence of references.
    package var dataSet: DataSet {
        var set = DataSet()
        set.put(0x0008_1150, .uid, sopClass)
        set.put(0x0008_1155, .uid, instance)
        if !frames.isEmpty { set.put(0x0008_1160, .integer, frames.map(String.init).joined(separator: "\\")) }
        return set
    }
}

/// A content item of a structured report with what is below it (PS3.3, C.17.3).
package struct ContentItem: Hashable, Sendable {
    package enum Relationship: String, Hashable, Sendable {
        case contains = "CONTAINS"
        case hasContext = "HAS OBS CONTEXT"
        case hasModifier = "HAS CONCEPT MOD"
        case hasProperties = "HAS PROPERTIES"
        case inferredFrom = "INFERRED FROM"
    }

    package enum Value: Hashable, Sendable {
        /// - Parameter template: of PS3.16; nil for none.
        case container(template: String?)
        case text(String)
        case code(CodedConcept)
        case number(Double, unit: CodedConcept)
        case uid(String)
        case image(ObjectReference)
    }

    /// To the item above; nil at the root.
    package var relationship: Relationship?
    /// Nil for references that need none.
    package var concept: CodedConcept?
    package var value: Value
    package var children: [ContentItem]

    package init(
        _ relationship: Relationship?, _ concept: CodedConcept?, _ value: Value, _ children: [ContentItem] = []
    ) {
        self.relationship = relationship
        self.concept = concept
        self.value = value
        self.children = children
    }

    package var dataSet: DataSet {
        var set = DataSet()
        if let relationship { set.put(0x0040_A010, .code, relationship.rawValue) }
        if let concept { set[0x0040_A043] = .items([concept.dataSet]) }
        set.put(0x0040_A040, .code, type)
        switch value {
        case .container(let template):
            set.put(0x0040_A050, .code, "SEPARATE")
            if let template {
                var item = DataSet()
                item.put(0x0008_0105, .code, "DCMR")
                item.put(0x0040_DB00, .code, template)
                set[0x0040_A504] = .items([item])
            }
        case .text(let text): set.put(0x0040_A160, .unlimited, text)
        case .code(let code): set[0x0040_A168] = .items([code.dataSet])
        case .uid(let uid): set.put(0x0040_A124, .uid, uid)
        case .image(let reference): set[0x0008_1199] = .items([reference.dataSet])
        case .number(let number, let unit):
            var measured = DataSet()
            measured.put(0x0040_A30A, .decimal, DecimalText.of(number))
            measured[0x0040_08EA] = .items([unit.dataSet])
            set[0x0040_A300] = .items([measured])
        }
        if !children.isEmpty { set[0x0040_A730] = .items(children.map(\.dataSet)) }
        return set
    }

    private var type: String {
        switch value {
        case .container: "CONTAINER"
        case .text: "TEXT"
        case .code: "CODE"
        case .number: "NUM"
        case .uid: "UIDREF"
        case .image: "IMAGE"
        }
    }
}

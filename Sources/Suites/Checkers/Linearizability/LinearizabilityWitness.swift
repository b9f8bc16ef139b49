// A few operations that no order explains, drawn so that a person sees why.

/// A short history of one object that is not linearizable.
struct LinearizabilityWitness: Sendable, CustomStringConvertible {
    /// One operation of it.
    struct Step: Sendable {
        /// Its place in the whole history.
        let number: Int
        let process: String
        let label: String
        let begin: Moment
        /// Nil where the reply was lost.
        let end: Moment?
    }

    let key: String
    /// In the order of their begins.
    let steps: [Step]
    /// Whether it fails whatever the object held before.
    let isFromMiddle: Bool

    /// What is wrong, and a time-line of the operations.
    var description: String {
        let before = isFromMiddle ? ", whatever was before them" : ""
        let time = steps.first.map { ", from \($0.begin.time)" } ?? ""
        let head = "\(key) is not linearizable: no order explains these \(steps.count) operations\(before)\(time)"
        // More than that nobody takes in.
        guard steps.count <= 16 else { return head }
        let bars = steps.map {
            TimeLine.Bar(row: $0.process, label: $0.label, begin: $0.begin.order, end: $0.end?.order)
        }
        return ([head] + TimeLine.draw(bars).map { "  " + $0 }).joined(separator: "\n")
    }
}

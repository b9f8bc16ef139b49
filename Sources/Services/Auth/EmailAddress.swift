// What counts as an e-mail address.

import Wire

/// The form of e-mail addresses that browsers accept (WHATWG HTML, "valid e-mail address").
enum EmailAddress {
    /// Whether a text is an e-mail address.
    static func isValid(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= 254, parts[0].isASCIIName(of: 1...64, marks: ".!#$%&'*+/=?^_`{|}~-") else {
            return false
        }
        return parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            label.isASCIIName(of: 1...63, marks: "-") && label.first != "-" && label.last != "-"
        }
    }
}

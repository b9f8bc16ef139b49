// Names and values as URLs' queries and HTML forms carry them (WHATWG URL, application/x-www-form-urlencoded).

import HTTPTypes
import NIOCore

/// The fields of a query or of a form, in the order in which they were written.
public struct FormFields: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One field.
    public struct Field: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The fields.
    public private(set) var fields: [Field]

    /// The media type of a form's body.
    public static let contentType = "application/x-www-form-urlencoded"

    /// Reads fields that are joined by `&`. Never fails: what is not rightly encoded stands for itself, and bytes that
    /// are no UTF-8 are replaced.
    public init(_ text: some StringProtocol) {
        fields = text.utf8.split(separator: UInt8(ascii: "&")).map { field in
            let mark = field.firstIndex(of: UInt8(ascii: "=")) ?? field.endIndex
            return Field(name: Self.decode(field[..<mark]), value: Self.decode(field[mark...].dropFirst()))
        }
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The value of the first field of a name. Setting it replaces all fields of the name by one at the end, or by none.
    public subscript(_ name: String) -> String? {
        get { fields.first { $0.name == name }?.value }
        set {
            fields.removeAll { $0.name == name }
            if let newValue { fields.append(Field(name: name, value: newValue)) }
        }
    }

    /// The first name that is there more than once.
    public var repeatedName: String? {
        var seen: Set<String> = []
        return fields.first { !seen.insert($0.name).inserted }?.name
    }

    /// The fields as a query or the body of a form has them.
    public var text: String {
        fields.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
    }

    /// A URL with these fields added to its query.
    public func added(to url: String) -> String {
        guard !fields.isEmpty else { return url }
        guard let mark = url.firstIndex(of: "?") else { return url + "?" + text }
        return url + (url.index(after: mark) == url.endIndex || url.last == "&" ? "" : "&") + text
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func encode(_ text: String) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case _ where byte.isASCIILetterOrDigit, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "*"):
                output.append(byte)
            case UInt8(ascii: " "): output.append(UInt8(ascii: "+"))
            default: output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func decode(_ text: some Collection<UInt8>) -> String {
        let bytes = Array(text)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "+") {
                output.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), place + 1 < bytes.count, let high = value(of: bytes[place]),
                let low = value(of: bytes[place + 1])
            {
                output.append(high << 4 | low)
                place += 2
            } else {
                output.append(byte)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Call {
    /// A POST request with a form.
    public static func post(_ path: String, form: FormFields) -> Call {
        var call = Call(.post, path)
        call.body.writeString(form.text)
        call.head.headerFields[.contentType] = FormFields.contentType
        return call
    }
}

// Queries and forms: read as browsers write them, and written as everybody reads them.

import Testing
import Wire

@Suite struct FormFieldsTests {
    @Test(
        arguments: [
            ("", [:]), ("a=1&b=2", ["a": "1", "b": "2"]), ("a=x+y%20z", ["a": "x y z"]), ("a", ["a": ""]), ("=x", ["": "x"]),
            ("a=b=c", ["a": "b=c"]), ("&&a=1&", ["a": "1"]), ("a=%41%zz%4", ["a": "A%zz%4"]), ("%C3%A9=%26", ["é": "&"]),
            ("a=%ff", ["a": "\u{fffd}"]),
        ] as [(String, FormFields)])
    func reads(text: String, fields: FormFields) { #expect(FormFields(text) == fields) }

    @Test(arguments: ["", "plain", "a b", "&=+%?#/:", "é\u{1F980}\n", "~*-._", "\"<>'"])
    func readsWhatItWrites(value: String) {
        let fields: FormFields = ["name " + value: value, "other": ""]
        #expect(FormFields(fields.text) == fields)
        #expect(fields.text.utf8.allSatisfy { $0 > 32 && $0 < 127 })
    }

    @Test func changesAndRepeats() {
        var fields = FormFields("a=1&b=2&a=3")
        #expect(fields["a"] == "1")
        #expect(fields.repeatedName == "a")
        fields["a"] = "4"
        #expect(fields.text == "b=2&a=4")
        #expect(fields.repeatedName == nil)
        fields["b"] = nil
        #expect(fields.added(to: "http://h/p") == "http://h/p?a=4")
        #expect(fields.added(to: "http://h/p?x=1") == "http://h/p?x=1&a=4")
        #expect(FormFields("").added(to: "http://h/p") == "http://h/p")
    }
}

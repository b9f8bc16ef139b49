// Names of letters, digits and marks.

import Testing
import Wire

struct ASCIINameTests {
    @Test func lettersDigitsAndMarks() {
        let good = (0...255 as ClosedRange<UInt8>).filter { String(UnicodeScalar($0)).isASCIIName(of: 1...2) }
        #expect(String(decoding: good, as: UTF8.self) == "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
        #expect("a.b".isASCIIName(of: 1...3, marks: ".") && !"a-b".isASCIIName(of: 1...3, marks: "."))
    }

    @Test(arguments: ["", "abcde", "a b", "a\n", "é", "a\u{301}", "ａ", "a\0"]) func nothingElse(_ text: String) {
        #expect(!text.isASCIIName(of: 1...4))
    }
}

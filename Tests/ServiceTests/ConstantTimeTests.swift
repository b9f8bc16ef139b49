// Secrets are equal only if every byte is: a wrong one must not pass because its last byte is right.

import ServiceKit
import Testing

@Suite struct ConstantTimeTests {
    @Test func everyByteCounts() {
        let secret = Array("the secret of a world".utf8)
        #expect(ConstantTime.areEqual(secret, secret))
        for index in secret.indices {
            for bit in 0..<8 {
                var wrong = secret
                wrong[index] ^= 1 << UInt8(bit)
                #expect(!ConstantTime.areEqual(secret, wrong), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func lengthsCountToo() {
        #expect(ConstantTime.areEqual("", ""))
        #expect(!ConstantTime.areEqual("", "a"))
        #expect(!ConstantTime.areEqual("secret", "secre"))
        #expect(!ConstantTime.areEqual("xxxxxt", "secret"), "the last byte alone is equal")
    }
}

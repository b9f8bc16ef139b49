// What a client says of itself and its connection: PING, SELECT, HELLO, CLIENT, RESET and their kin.

import StoreKit

extension Keyspace {
    mutating func converse(_ arguments: Arguments, _ client: inout Client) throws -> CacheReply {
        switch arguments.word(0) {
        case "ping":
            guard arguments.count <= 2 else { throw Command.wrongNumber("ping") }
            if client.protocolVersion == 2, client.subscriptionCount > 0 {
                return .array([.text("pong"), .bytes(arguments.count == 2 ? arguments[1] : "")])
            }
            return arguments.count == 2 ? .bytes(arguments[1]) : .status("PONG")
        case "echo": return .bytes(arguments[1])
        case "select":
            client.database = try database(arguments, 1, or: CacheError("ERR DB index is out of range"))
            return .ok
        case "auth":
            guard arguments.count <= 3 else { throw CacheError.syntax }
            // There is no password, so any user but the default one is wrong, as is a password without a user.
            if arguments.count == 3, arguments[1] == "default" { return .ok }
            if arguments.count == 3 { throw CacheError("WRONGPASS invalid username-password pair or user is disabled.") }
            throw CacheError(
                "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?"
            )
        case "hello": return try greet(arguments, &client)
        case "client": return try describe(arguments, &client)
        case "reset":
            unwatch(&client)
            client = Client(id: client.id)
            return .status("RESET")
        default: return .ok  // QUIT: whoever holds the connection closes it.
        }
    }

    private func greet(_ arguments: Arguments, _ client: inout Client) throws -> CacheReply {
        var (version, name) = (client.protocolVersion, client.name)
        var place = 1
        if arguments.count > 1 {
            guard let number = CacheNumber.integer(arguments[1]) else {
                throw CacheError("ERR Protocol version is not an integer or out of range")
            }
            guard number == 2 || number == 3 else { throw CacheError("NOPROTO unsupported protocol version") }
            (version, place) = (Int(number), 2)
        }
        while place < arguments.count {
            switch arguments.word(place) {
            case "auth" where place + 2 < arguments.count:
                guard arguments[place + 1] == "default" else {
                    throw CacheError("WRONGPASS invalid username-password pair or user is disabled.")
                }
                place += 3
            case "setname" where place + 1 < arguments.count:
                name = arguments[place + 1]
                try Self.checkName(name)
                place += 2
            default: throw CacheError("ERR Syntax error in HELLO option '\(arguments[place].text)'")
            }
        }
        (client.protocolVersion, client.name) = (version, name)
        return .map([
            .text("server"), .text("redis"), .text("version"), .text(Self.redisVersion), .text("proto"),
            .integer(Int64(version)), .text("id"), .integer(Int64(client.id)), .text("mode"), .text("standalone"),
            .text("role"), .text("master"), .text("modules"), .array([]),
        ])
    }

    private func describe(_ arguments: Arguments, _ client: inout Client) throws -> CacheReply {
        let word = arguments.word(1)
        let counts = ["id": 2, "getname": 2, "setname": 3, "setinfo": 4, "info": 2]
        if let count = counts[word], arguments.count != count { throw Command.wrongNumber("client|\(word)") }
        switch word {
        case "id": return .integer(Int64(client.id))
        case "getname": return client.name.count == 0 ? .null : .bytes(client.name)
        case "setname":
            try Self.checkName(arguments[2])
            client.name = arguments[2]
            return .ok
        case "setinfo":
            let attribute = arguments.word(2)
            guard ["lib-name", "lib-ver"].contains(attribute) else {
                throw CacheError("ERR Unrecognized option '\(arguments[2].text)'")
            }
            client.library = client.library.filter { $0.name != attribute } + [(attribute, arguments[3])]
            return .ok
        case "info": return .text(client.line)
        case "list":
            let others = clients.values.filter { $0.id != client.id }
            return .text((others + [client]).sorted { $0.id < $1.id }.map(\.line).joined())
        case "no-evict", "no-touch": return .ok
        default: throw KeyCommands.subcommand(arguments)
        }
    }

    private static func checkName(_ name: CacheBytes) throws {
        guard name.bytes.allSatisfy({ (33...126).contains($0) }) else {
            throw CacheError("ERR Client names cannot contain spaces, newlines or special characters.")
        }
    }
}

// E1.2, E1.3 under any fault: a token that was given up never works again, and nothing else ends a session.

import Clients
import Kernel
import Wire
import Worlds

enum ChaosSessions {
    static let suiteCase = SuiteCase(
        "e2e/chaos-sessions",
        "Whatever fails: a token that was given up never works again, a session lives on, and a refresh token works once",
        layer: .flows, covers: ["E1.2", "E1.3"], catches: ["refresh-reuse", "logout-keeps-token"],
        finds: ["logout-in-memory", "refresh-mark-in-memory", "session-written-behind", "identity-stale"],
        sometimes: SessionMark.allCases.map(\.rawValue), survives: .any, steps: 10
    ) { stage in
        let course = ChaosCourse(stage, pause: .milliseconds(700))
        await course.carryOut { chaos in
            let user = SessionUser(chaos)
            await user.act()
            return user.memory
        } recover: { chaos, memory in
            try await SessionUser(chaos, memory).lookAfter()
        }
    }
}

/// What a user knows of the own sessions.
struct TokenMemory: Sendable {
    /// A session as its holder knows it.
    struct Held: Sendable {
        var accessToken: String
        var refreshToken: String
        var issuedAt: Instant
        /// Refresh tokens that were exchanged for others.
        var used: [String] = []
        /// Whether every call about it was answered, so that it must be open.
        var isCertain = true
        /// The session's name in histories.
        let name: String
        /// The name of the refresh token that it has now.
        var refreshName: String { "refresh token \(used.count + 1) of \(name)" }
    }

    /// A session that is over for certain.
    struct Over: Sendable {
        let accessToken: String
        let refreshToken: String
        let reason: String
        /// The session's name in histories.
        let name: String
    }

    var userID: String?
    var open: [Held] = []
    var over: [Over] = []
    /// How many sessions there were.
    var sessions = 0
    let histories: SessionHistories
}

/// A user who logs in, refreshes and logs out, on several devices.
final class SessionUser {
    private enum Action { case logIn, refresh, refreshTwice, validate, logOut, logOutWatched, tryOver }

    /// How old a token may be for it to be good for certain: the test profile's lifetime is 300 s.
    private static let certainAge = Duration.seconds(200)

    let chaos: ChaosUser
    private(set) var memory: TokenMemory
    private var journey: Journey { chaos.journey }
    private var auth: AuthClient { chaos.journey.client.auth }

    init(_ chaos: ChaosUser, _ memory: TokenMemory? = nil) {
        self.chaos = chaos
        self.memory = memory ?? TokenMemory(histories: SessionHistories(clock: chaos.journey.clock))
    }

    /// Takes the steps.
    func act() async {
        for _ in 0..<chaos.course.steps {
            let action = await chaos.next([
                (18, Action.logIn), (20, .refresh), (9, .refreshTwice), (10, .validate), (10, .logOut),
                (8, .logOutWatched), (25, .tryOver),
            ])
            if memory.userID == nil { await register() }
            let place = memory.open.indices.last
            switch action {
            case .refresh: if let place { await refresh(place) } else { await logIn() }
            case .refreshTwice: if let place { await refreshTwice(place) } else { await logIn() }
            case .validate: if let place { await validate(place) } else { await logIn() }
            case .logOut: if let place { await logOut(place) } else { await logIn() }
            case .logOutWatched: if let place { await logOutWatched(place) } else { await logIn() }
            case .tryOver: if let over = chaos.pick("over", of: memory.over) { await tryOver(over) } else { await logIn() }
            case .logIn: await logIn()
            }
        }
    }

    private func register() async {
        let (email, password, name) = (chaos.email, chaos.password, chaos.name)
        if let tokens = await chaos.insist({ [auth] in try await auth.register(email: email, password: password, name: name) }) {
            await hold(tokens)
        }
    }

    private func hold(_ tokens: AuthClient.Tokens) async {
        journey.check(tokens.user?.email == chaos.email, "the tokens are those of \(tokens.user?.email ?? "nobody")")
        if let known = memory.userID { journey.expect(tokens.user?.id, known, "the user's id") }
        memory.userID = memory.userID ?? tokens.user?.id
        memory.sessions += 1
        let session = "session \(memory.sessions) of \(chaos.name)"
        await memory.histories.opened(session, by: chaos.name)
        memory.open.append(
            TokenMemory.Held(
                accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, issuedAt: journey.clock.now, name: session))
    }

    private func logIn() async {
        let (email, password, agent) = (chaos.email, chaos.password, journey.client.agent)
        guard let tokens = await chaos.insist({ [auth] in try await auth.login(email: email, password: password) }) else {
            return
        }
        await hold(tokens)
        _ = await chaos.attempt { try await agent.threads(limit: 1, token: tokens.accessToken) }
    }

    /// Whether a session must be open now.
    private func mustBeOpen(_ held: TokenMemory.Held) -> Bool {
        held.isCertain && !isOld(held) && !chaos.course.cacheMayForget
            && !chaos.course.tokensMayFail
    }

    /// Whether a token's lifetime may be over.
    private func isOld(_ held: TokenMemory.Held) -> Bool {
        held.issuedAt.duration(to: journey.clock.now) >= Self.certainAge
    }

    private func refresh(_ place: Int) async {
        let held = memory.open[place]
        var answer = await memory.histories.exchange(held, auth, by: chaos.name)
        if case .unknown = answer {
            // As clients do whose answer was lost. If the first one was served, this ends the session.
            memory.open[place].isCertain = false
            await chaos.rest(.milliseconds(50))
            await memory.histories.mayClose(held.name, by: chaos.name)
            answer = await memory.histories.exchange(held, auth, by: chaos.name)
            if case .refused(401) = answer { chaos.sometimes(SessionMark.answerOfRefreshLost, !isOld(held)) }
        }
        switch answer {
        case .done(let tokens):
            memory.open[place].used.append(held.refreshToken)
            memory.open[place].accessToken = tokens.accessToken
            memory.open[place].refreshToken = tokens.refreshToken
            memory.open[place].issuedAt = journey.clock.now
        case .refused(401):
            journey.check(!mustBeOpen(memory.open[place]), "the refresh token of an open session was refused")
            memory.open.remove(at: place)
        case .refused: break
        case .unknown: memory.open.remove(at: place)
        }
    }

    private func refreshTwice(_ place: Int) async {
        let held = memory.open.remove(at: place)
        let (auth, histories, phone) = (auth, memory.histories, chaos.name + "'s phone")
        await histories.mayClose(held.name, by: chaos.name)
        async let other = histories.exchange(held, auth, by: phone)
        let one = await histories.exchange(held, auth, by: chaos.name)
        switch (one, await other) {
        case (.done, .done):
            journey.check(chaos.course.cacheMayForget, "two refreshes at once with one token both gave new tokens")
        case (.done(let tokens), .refused(401)), (.refused(401), .done(let tokens)):
            chaos.sometimes(SessionMark.refusedAtOnce)
            // Whoever came second has shown a used token: the session is over, for both.
            if chaos.course.cacheMayForget || chaos.course.tokensMayFail { break }
            memory.over.append(
                TokenMemory.Over(
                    accessToken: tokens.accessToken, refreshToken: tokens.refreshToken,
                    reason: "whose refresh token was used twice", name: held.name))
        default: break
        }
    }

    /// Whether the token of a session is good; nil where nobody says.
    private func isGood(_ token: String, of session: String, mayBeOld: Bool) async -> Bool? {
        var pause = Duration.milliseconds(80)
        for attempt in 0..<4 {
            if attempt > 0 {
                await chaos.rest(pause)
                pause = pause * 3
            }
            let answer = await memory.histories.ask(token, of: session, auth, mayBeOld: mayBeOld, by: chaos.name)
            guard let answer = answer.value else { continue }
            if answer.error == "validation_error" { return nil }
            if answer.isValid { journey.expect(answer.userID, memory.userID, "whose token it is") }
            return answer.isValid
        }
        return nil
    }

    private func validate(_ place: Int) async {
        let held = memory.open[place]
        guard await isGood(held.accessToken, of: held.name, mayBeOld: isOld(held)) == false else { return }
        journey.check(!mustBeOpen(held), "the access token of an open session is not valid")
        memory.open.remove(at: place)
    }

    private func logOut(_ place: Int) async {
        let held = memory.open.remove(at: place)
        guard await giveUp(held) else { return }
        // Where a fault has put another token in its place, the answer is the same, and nobody was logged out.
        if chaos.course.faults.contains(where: { $0.hasPrefix("token-") }) {
            guard await isGood(held.accessToken, of: held.name, mayBeOld: true) == false else { return }
        }
        memory.over.append(
            TokenMemory.Over(
                accessToken: held.accessToken, refreshToken: held.refreshToken, reason: "that was logged out", name: held.name))
    }

    /// Logs a session out, again until it is answered; whether it was. Where a fault may have put another token in its place,
    /// the answer says nothing about the session.
    private func giveUp(_ held: TokenMemory.Held) async -> Bool {
        let action = RegisterAction.write(held.name, SessionHistories.closed)
        let course = chaos.course
        var pause = Duration.milliseconds(80)
        for attempt in 0..<4 {
            if attempt > 0 {
                await chaos.rest(pause)
                pause = pause * 3
            }
            let answer = await memory.histories.sessions.attempt(
                chaos.name, action,
                meaning: { _ in course.faults.contains { $0.hasPrefix("token-") } ? nil : .written }
            ) { [auth] in try await auth.logout(held.accessToken) }
            if case .done = answer {
                chaos.sometimes(SessionMark.loggedOutAgain, attempt > 0)
                return true
            }
        }
        return false
    }

    /// Logs a session out while the phone of the same user asks whether it is still open.
    private func logOutWatched(_ place: Int) async {
        let held = memory.open[place]
        let (auth, histories, clock, phone) = (auth, memory.histories, journey.clock, chaos.name + "'s phone")
        let (mayBeOld, rest) = (isOld(held), chaos.draw("watch").duration(in: .milliseconds(1)...(.milliseconds(12))))
        let watch = Task {
            for _ in 0..<4 {
                try await clock.sleep(for: rest)
                _ = await histories.ask(held.accessToken, of: held.name, auth, mayBeOld: mayBeOld, by: phone)
            }
        }
        await logOut(place)
        _ = await watch.result
    }

    /// Tries the tokens of a session that is over.
    private func tryOver(_ over: TokenMemory.Over) async {
        let agent = journey.client.agent
        chaos.sometimes(SessionMark.triedAfterCrash, chaos.course.hasCrashed("auth"))
        for _ in 0..<3 {
            if case .done = await chaos.attempt({ try await agent.threads(limit: 1, token: over.accessToken) }) {
                journey.find("the agent serves the token of a session \(over.reason)")
                break
            }
            await chaos.rest(.milliseconds(120))
        }
        if await isGood(over.accessToken, of: over.name, mayBeOld: true) == true {
            journey.find("the access token of a session \(over.reason) is valid")
        }
        let auth = auth
        if case .done = await chaos.attempt({ try await auth.refresh(over.refreshToken) }) {
            journey.find("the refresh token of a session \(over.reason) gave new tokens")
        }
    }

    /// After the faults: what is over is over, what is open is open, and all works again.
    func lookAfter() async throws {
        for held in memory.open where mustBeOpen(held) {
            let answer = try await chaos.recover("validate an open session") { try await auth.validate(held.accessToken) }
            journey.check(answer.isValid, "the access token of an open session is not valid: \(answer.message ?? "")")
            chaos.sometimes(SessionMark.openAfterCrash, chaos.course.hasCrashed("auth"))
        }
        for over in memory.over { await tryOver(over) }
        let areReliable = !chaos.course.cacheMayForget && !chaos.course.tokensMayFail
        journey.note(memory.histories.problems(areReliable: areReliable))
        if !chaos.course.cacheMayForget {
            for token in memory.open.compactMap(\.used.last) {
                if case .done = await chaos.attempt({ [auth] in try await auth.refresh(token) }) {
                    journey.find("a used refresh token gave new tokens")
                }
            }
        }
        let (email, password, name) = (chaos.email, chaos.password, chaos.name)
        if memory.userID == nil {
            _ = await chaos.attempt { [auth] in try await auth.register(email: email, password: password, name: name) }
        }
        let tokens = try await chaos.recover("log in") { try await auth.login(email: email, password: password) }
        let profile = try await chaos.recover("ask who one is") { try await auth.me(tokens.accessToken) }
        journey.expect(profile.userID, tokens.user?.id ?? "", "the user of the new session")
        try await chaos.recover("log out") { try await auth.logout(tokens.accessToken) }
        let answer = try await chaos.recover("validate") { try await auth.validate(tokens.accessToken) }
        journey.check(!answer.isValid, "the access token is valid after logging out")
        journey.world.hangUp(journey.user)
    }
}

// Registers and sets: histories that an order explains, histories that none does, and the witness that is shown.

import Kernel
import Testing

@testable import Suites

@Suite struct LinearizabilityCheckerTests {
    typealias Registers = History<RegisterAction, RegisterAnswer>
    typealias Sets = History<SetAction, SetAnswer>

    private func problems(_ lines: Registers.Line...) -> [String] {
        LinearizabilityChecker(model: .register()).check(Registers(lines)).problems
    }

    private func problems(sets lines: Sets.Line...) -> [String] {
        let history = Sets(lines)
        return LinearizabilityChecker(model: .set(for: history)).check(history).problems
    }

    @Test func overlappingOperationsMayComeInEitherOrder() {
        #expect(
            problems(("ada", .write("x", "1"), .returned(.written), 0, 9), ("bob", .read("x"), .returned(.value(nil)), 1, 5))
                == [])
        #expect(
            problems(("ada", .write("x", "1"), .returned(.written), 0, 9), ("bob", .read("x"), .returned(.value("1")), 1, 5))
                == [])
        #expect(
            problems(
                ("ada", .compareAndSet("x", from: nil, to: "1"), .returned(.swapped(true)), 0, 9),
                ("bob", .compareAndSet("x", from: nil, to: "2"), .returned(.swapped(false)), 1, 8)) == [])
    }

    @Test func aStaleReadIsDrawn() {
        let problems = problems(
            ("ada", .write("x", "1"), .returned(.written), 0, 10), ("bob", .write("x", "2"), .returned(.written), 20, 30),
            ("ada", .read("y"), .returned(.value(nil)), 21, 29), ("cyd", .read("x"), .returned(.value("2")), 35, 36),
            ("cyd", .read("x"), .returned(.value("1")), 40, 50), ("ada", .write("x", "3"), .returned(.written), 60, 70))
        let drawing = """
            x is not linearizable: no order explains these 3 operations, from 2026-01-01T00:00:00.000Z
              ada  |-- write 1 --|
              bob                  |-- write 2 --|
              cyd                                  |-- read: 1 --|
            """
        #expect(problems == [drawing])
    }

    @Test func twoReadersMustAgree() {
        // Both writes overlap all; the readers see them in different orders.
        let drawing = problems(
            ("ada", .write("x", "1"), .returned(.written), 0, 90), ("bob", .write("x", "2"), .returned(.written), 0, 91),
            ("cyd", .read("x"), .returned(.value("1")), 10, 20), ("cyd", .read("x"), .returned(.value("2")), 30, 40),
            ("dan", .read("x"), .returned(.value("2")), 10, 21), ("dan", .read("x"), .returned(.value("1")), 30, 41))
        #expect(drawing.count == 1 && drawing[0].contains("these 6 operations"), "\(drawing)")
    }

    @Test func aLostReplyMayTakeEffectLateOrNever() {
        let lost = ("ada", RegisterAction.write("x", "2"), Outcome<RegisterAnswer>.unknown, 10, 20)
        let first = ("ada", RegisterAction.write("x", "1"), Outcome<RegisterAnswer>.returned(.written), 0, 9)
        #expect(problems(first, lost, ("bob", .read("x"), .returned(.value("1")), 30, 40)) == [])
        #expect(
            problems(
                first, lost, ("bob", .read("x"), .returned(.value("1")), 30, 40),
                ("bob", .read("x"), .returned(.value("2")), 50, 60)
            ) == [])
        let drawing = problems(
            first, lost, ("bob", .read("x"), .returned(.value("2")), 30, 40), ("bob", .read("x"), .returned(.value("1")), 50, 60))
        #expect(
            drawing == [
                """
                x is not linearizable: no order explains these 4 operations, from 2026-01-01T00:00:00.000Z
                  ada  |-- write 1 --| |-- write 2 ~~~~~~~~~~~~~~~~~~~~ ?
                  bob                    |-- read: 2 --| |-- read: 1 --|
                """
            ])
        // What was refused has not happened.
        #expect(
            problems(first, ("ada", .write("x", "2"), .failed, 10, 20), ("bob", .read("x"), .returned(.value("2")), 30, 40)).count
                == 1)
    }

    @Test func twoTakersOfOneValue() {
        let problems = problems(
            ("ada", .compareAndSet("x", from: nil, to: "1"), .returned(.swapped(true)), 0, 10),
            ("bob", .compareAndSet("x", from: nil, to: "2"), .returned(.swapped(true)), 5, 15))
        #expect(problems.count == 1 && problems[0].contains("set nothing to 1: done"), "\(problems)")
    }

    @Test func elementsOfSets() {
        #expect(
            problems(
                sets: ("ada", .add("a", to: "s"), .returned(.changed(true)), 0, 10),
                ("bob", .add("a", to: "s"), .returned(.changed(false)), 5, 9),
                ("bob", .contains("b", in: "s"), .returned(.contained(false)), 15, 20)) == [])
        let drawing = problems(
            sets: ("ada", .add("a", to: "s"), .returned(.changed(true)), 0, 10),
            ("ada", .remove("a", from: "s"), .returned(.done), 11, 12), ("ada", .add("a", to: "s"), .returned(.done), 13, 14),
            ("bob", .contains("b", in: "s"), .returned(.contained(false)), 15, 20),
            ("bob", .contains("a", in: "s"), .returned(.contained(false)), 25, 30))
        #expect(
            drawing.count == 1
                && drawing[0].hasPrefix(
                    "a in s is not linearizable: no order explains these 2 operations, whatever was before them"),
            "\(drawing)")
    }

    @Test func allMembersOfASet() {
        let add = ("ada", SetAction.add("a", to: "s"), Outcome<SetAnswer>.returned(.done), 0, 10)
        #expect(problems(sets: add, ("bob", .members(of: "s"), .returned(.members([])), 5, 9)) == [])
        let problems = problems(
            sets: add, ("ada", .add("b", to: "s"), .returned(.done), 11, 12),
            ("bob", .members(of: "s"), .returned(.members(["b"])), 15, 19))
        #expect(problems.count == 1 && problems[0].contains("all: {b}"), "\(problems)")
    }

    @Test func theBudgetEndsInUnknown() {
        var lines: [Registers.Line] = []
        for number in 1...12 {
            lines.append(("w\(number)", .write("x", "\(number)"), .returned(.written), 0, 100))
            lines.append(
                ("c\(number)", .compareAndSet("x", from: "\(number)", to: "c\(number)"), .returned(.swapped(true)), 0, 100))
        }
        lines.append(("r", .read("x"), .returned(.value("13")), 0, 100))
        lines.append(("q", .write("x", "13"), .returned(.written), 101, 102))
        let report = LinearizabilityChecker(model: .register(), budget: 2000).check(Registers(lines))
        #expect(report.undecided == ["x"] && report.violations.isEmpty)
    }

    /// Ten thousand operations by ten processes over a hundred keys and over one, one in twenty without a reply.
    @Test(arguments: [100, 1]) func aLongHistoryIsJudgedAndOneStaleReadInItFound(keys: Int) throws {
        let lines = Self.longHistory(seed: 7, keys: keys)
        let good = LinearizabilityChecker(model: .register()).check(Registers(lines))
        #expect(good.problems == [] && good.undecided == [])
        var spoilt = lines
        // A late read of a value that was overwritten long ago.
        let old = try #require(
            lines.first {
                if case .read = $0.action { $0.outcome.answer != .value(nil) && $0.outcome.answer != nil } else { false }
            })
        let late = try #require(
            lines.lastIndex { $0.action == old.action && $0.outcome.answer != nil && $0.outcome.answer != old.outcome.answer })
        spoilt[late].outcome = old.outcome
        let report = LinearizabilityChecker(model: .register()).check(Registers(spoilt))
        try #require(report.violations.count == 1 && report.undecided == [])
        #expect(report.violations[0].key == old.action.key)
        #expect(report.violations[0].steps.count <= 4, "\(report.problems[0])")
    }

    static func longHistory(seed: UInt64, keys: Int) -> [Registers.Line] {
        var choices = SeededChoices(seed: seed)
        var planned: [(line: Registers.Line, point: Int)] = []
        for process in 1...10 {
            var time = choices.number(below: 50)
            for number in 1...1000 {
                let key = "k\(choices.number(below: keys))"
                let action: RegisterAction =
                    choices.happens(percent: 50) ? .read(key) : .write(key, "\(process).\(number)")
                let length = 2 + choices.number(below: 50)
                let line: Registers.Line = ("p\(process)", action, .unknown, time, time + length)
                planned.append((line, time + choices.number(below: length)))
                time += length + 1 + choices.number(below: 5)
            }
        }
        planned.sort { ($0.point, $0.line.process) < ($1.point, $1.line.process) }
        var state: [String: String] = [:]
        return planned.map { plan in
            var line = plan.line
            let isLost = choices.happens(percent: 5)
            switch line.action {
            case .write(let key, let value):
                if !isLost || choices.happens(percent: 50) { state[key] = value }
                if !isLost { line.outcome = .returned(.written) }
            default: if !isLost { line.outcome = .returned(.value(state[line.action.key])) }
            }
            return line
        }
    }
}

// The loop of a simulation: run what is ready, let time pass when nothing is, end when the body has ended.

import CInterpose
import Synchronization

extension Simulation {
    /// Runs until `isDone`, or until nothing can happen, or a limit is met. Returns why it stopped early, if it did.
    func loop(until isDone: (Simulation) -> Bool, timeLimit: Int64) -> SimulationError? {
        while !isDone(self) {
            if let entry = ready.pop() {
                run(entry)
                if steps > configuration.stepLimit { return .stepLimit(configuration.stepLimit, at: elapsed) }
            } else if let deadline = timers.nextDeadline() {
                guard deadline <= timeLimit else {
                    return .timeLimit(.nanoseconds(timeLimit), waiting: ledger.descriptions())
                }
                advance(to: deadline)
            } else {
                return .stuck(at: elapsed, waiting: ledger.descriptions())
            }
        }
        return nil
    }

    @inline(__always)
    private func run(_ entry: ReadyQueue.Entry) {
        steps &+= 1
        if steps & 0xff == 0 { progress.store(steps, ordering: .relaxed) }
        // Who ran, whatever made it that one's turn. By lineage: the place of a record in the ledger hangs on when references
        // were let go, which optimisation moves.
        schedule.combine(ledger.lineage(of: entry.record))
        recorder?.runs(slot: entry.slot, at: elapsed)
        runningRecord = entry.record
        switch entry.work {
        case .job(let job):
            backlot_job_run(job)
            ledger.noteRun(entry.record)
        case .mainJob(let job):
            runsMainJob = true
            backlot_job_run_main(job)
            runsMainJob = false
            ledger.noteRun(entry.record)
        case .strand(let reference):
            let strand = reference.takeRetainedValue()
            runningStrand = strand
            strand.run()
            runningStrand = nil
        }
        runningRecord = TaskLedger.root
        if ledger.count > sweepAt {
            ledger.sweep()
            sweepAt = max(4096, ledger.count * 2)
        }
    }

    /// Moves time to `deadline` and makes ready all that is due then, in the order in which it was asked for.
    private func advance(to deadline: Int64) {
        world.pointee.now = max(world.pointee.now, deadline)
        schedule.combine(UInt64(bitPattern: deadline))
        while let action = timers.pop(dueAt: deadline) {
            switch action {
            case .job(let job, let record, let isMain):
                makeReady(isMain ? .mainJob(job) : .job(job), record: record)
            case .strand(let strand, let item): strand.append(item)
            case .none: break
            }
        }
    }

    /// Cancels what the body left running and lets it end. Returns a line for each task that does not.
    func tearDown() -> [String] {
        callClosings()
        for task in ledger.unstructuredTasks() { backlot_task_cancel(task) }
        let limit = world.pointee.now.addingReportingOverflow(configuration.grace.nanosecondsClamped)
        _ = loop(
            until: { simulation in
                guard simulation.ready.isEmpty else { return false }
                simulation.ledger.sweep()
                return !simulation.ledger.hasUnstructuredTasks
            }, timeLimit: limit.overflow ? .max : limit.partialValue)
        dropTimers()
        _ = loop(until: { $0.ready.isEmpty }, timeLimit: world.pointee.now)
        ledger.sweep()
        let hung = ledger.descriptions()
        ledger.releaseAll()
        return hung
    }
}

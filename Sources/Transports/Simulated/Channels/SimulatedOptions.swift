// The socket options that a simulated channel knows; what has no meaning without a kernel is accepted and ignored.

import Glibc
import Kernel
import NIOCore

/// The options of one simulated channel.
struct SimulatedOptions {
    /// Whether a read follows every read, NIO's default.
    var autoRead = true
    /// Whether the channel stays open when its peer has ended its side.
    var allowRemoteHalfClosure = false
    /// Whether closing resets the peer: `SO_LINGER` with a time of 0.
    var resetsOnClose = false
}

extension SimulatedChannel {
    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        if loop.inEventLoop {
            set(option, value)
            return loop.makeSucceededVoidFuture()
        }
        let promise = loop.makePromise(of: Void.self)
        let assignment = Assignment(option: option, value: value)
        loop.append(
            .call { [self] in
                set(assignment.option, assignment.value)
                promise.succeed(())
            })
        return promise.futureResult
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        let promise = loop.makePromise(of: Option.Value.self)
        loop.append(
            .call { [self] in
                do { promise.assumeIsolated().succeed(try get(option)) } catch { promise.fail(error) }
            })
        return promise.futureResult
    }

    var syncOptions: (any NIOSynchronousChannelOptions)? { SynchronousOptions(channel: self) }

    func set<Option: ChannelOption>(_ option: Option, _ value: Option.Value) {
        switch option {
        case is ChannelOptions.Types.AutoReadOption:
            options.autoRead = value as? Bool ?? true
            if options.autoRead, isActive { pipeline.syncOperations.read() }
        case is ChannelOptions.Types.AllowRemoteHalfClosureOption:
            options.allowRemoteHalfClosure = value as? Bool ?? false
        default: break
        }
    }

    func get<Option: ChannelOption>(_ option: Option) throws -> Option.Value {
        let value: Any? =
            switch option {
            case is ChannelOptions.Types.AutoReadOption: options.autoRead
            case is ChannelOptions.Types.AllowRemoteHalfClosureOption: options.allowRemoteHalfClosure
            default: nil
            }
        guard let value = value as? Option.Value else { throw ChannelError.operationUnsupported }
        return value
    }
}

/// An option on its way to the loop.
private struct Assignment<Option: ChannelOption> {
    let option: Option
    let value: Option.Value
}

/// The options as code on the loop sets them.
private struct SynchronousOptions: NIOSynchronousChannelOptions {
    let channel: SimulatedChannel

    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) throws { channel.set(option, value) }
    func getOption<Option: ChannelOption>(_ option: Option) throws -> Option.Value { try channel.get(option) }
}

extension SimulatedChannel: SocketOptionProvider {
    /// `SO_LINGER` decides how a close looks to the peer; every other option is accepted and without effect.
    func unsafeSetSocketOption<Value: Sendable>(
        level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option, value: Value
    ) -> EventLoopFuture<Void> {
        if let linger = value as? linger { options.resetsOnClose = linger.l_onoff != 0 && linger.l_linger == 0 }
        return loop.makeSucceededVoidFuture()
    }

    func unsafeSetSocketOption<Value: Sendable>(
        level: SocketOptionLevel, name: SocketOptionName, value: Value
    ) -> EventLoopFuture<Void> {
        unsafeSetSocketOption(
            level: NIOBSDSocket.OptionLevel(rawValue: CInt(level)), name: NIOBSDSocket.Option(rawValue: CInt(name)),
            value: value)
    }

    func unsafeGetSocketOption<Value: Sendable>(
        level: NIOBSDSocket.OptionLevel, name: NIOBSDSocket.Option
    ) -> EventLoopFuture<Value> {
        loop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    func unsafeGetSocketOption<Value: Sendable>(
        level: SocketOptionLevel, name: SocketOptionName
    ) -> EventLoopFuture<Value> {
        loop.makeFailedFuture(ChannelError.operationUnsupported)
    }
}

import CLinux

/// A classic BPF program on a socket: what it refuses never arrives, and nobody is told. On a listening TCP
/// socket that includes SYN, so that the client sees a silent address. Source: linux/filter.h.
package struct SocketFilter: Equatable, Sendable {
    package struct Instruction: Equatable, Sendable {
        package let code: UInt16
        package let ifTrue: UInt8
        package let ifFalse: UInt8
        package let constant: UInt32

        package init(_ code: UInt16, ifTrue: UInt8 = 0, ifFalse: UInt8 = 0, _ constant: UInt32) {
            self.code = code
            self.ifTrue = ifTrue
            self.ifFalse = ifFalse
            self.constant = constant
        }
    }

    /// The kernel's limit of instructions.
    package static let maximumLength = 4096

    package let instructions: [Instruction]

    package init(_ instructions: [Instruction]) { self.instructions = instructions }
}

extension OwnedDescriptor {
    /// Sets or replaces the socket's filter; nil takes it off.
    package func setFilter(_ filter: SocketFilter?) throws(SystemError) {
        let raw = raw
        guard let filter else {
            do {
                try checked("setsockopt SO_DETACH_FILTER") { clinux_detach_filter(raw) }
            } catch  where error.errno == .noSuchEntry {}
            return
        }
        let program = filter.instructions.map {
            clinux_filter_instruction(
                code: $0.code, if_true: $0.ifTrue, if_false: $0.ifFalse, constant: $0.constant)
        }
        try checked("setsockopt SO_ATTACH_FILTER") {
            clinux_attach_filter(raw, program, UInt16(clamping: program.count))
        }
    }
}

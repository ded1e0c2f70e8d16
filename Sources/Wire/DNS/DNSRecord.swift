package import Addresses

extension DNS {
    /// What a message asks for.
    package struct Question: Hashable, Sendable {
        package var name: Name
        package var type: RecordType
        package var `class`: RecordClass

        package init(_ name: Name, _ type: RecordType, class: RecordClass = .internet) {
            self.name = name
            self.type = type
            self.class = `class`
        }
    }

    /// A resource record.
    package struct Record: Hashable, Sendable {
        package var name: Name
        package var `class`: RecordClass
        /// Seconds.
        package var ttl: UInt32
        package var data: RecordData

        package init(
            _ name: Name, ttl: UInt32, _ data: RecordData, class: RecordClass = .internet
        ) {
            self.name = name
            self.class = `class`
            self.ttl = ttl
            self.data = data
        }

        package var type: RecordType { data.type }
    }

    /// A record's type and data.
    package enum RecordData: Hashable, Sendable {
        /// A or AAAA, by the address's family.
        case address(IPAddress)
        case cname(Name)
        case ns(Name)
        case ptr(Name)
        case soa(StartOfAuthority)
        case srv(ServiceLocation)
        /// Strings of at most 255 bytes.
        case txt([[UInt8]])
        /// Any other type, as it came; names inside are written out, so that the bytes mean the same in any message.
        case opaque(RecordType, [UInt8])

        package var type: RecordType {
            switch self {
            case .address(let address): address.family == .ipv4 ? .a : .aaaa
            case .cname: .cname
            case .ns: .ns
            case .ptr: .ptr
            case .soa: .soa
            case .srv: .srv
            case .txt: .txt
            case .opaque(let type, _): type
            }
        }
    }

    /// SOA's data (RFC 1035 3.3.13); times in seconds.
    package struct StartOfAuthority: Hashable, Sendable {
        package var primary: Name
        package var mailbox: Name
        package var serial: UInt32
        package var refresh: UInt32
        package var retry: UInt32
        package var expire: UInt32
        /// How long a negative answer may be kept (RFC 2308).
        package var minimum: UInt32

        package init(
            primary: Name, mailbox: Name, serial: UInt32, refresh: UInt32, retry: UInt32,
            expire: UInt32, minimum: UInt32
        ) {
            self.primary = primary
            self.mailbox = mailbox
            self.serial = serial
            self.refresh = refresh
            self.retry = retry
            self.expire = expire
            self.minimum = minimum
        }
    }

    /// SRV's data (RFC 2782).
    package struct ServiceLocation: Hashable, Sendable {
        package var priority: UInt16
        package var weight: UInt16
        package var port: UInt16
        package var target: Name

        package init(priority: UInt16, weight: UInt16, port: UInt16, target: Name) {
            self.priority = priority
            self.weight = weight
            self.port = port
            self.target = target
        }
    }

    /// The OPT record (RFC 6891).
    package struct EDNS: Hashable, Sendable {
        /// The longest UDP message that the sender takes.
        package var payload: UInt16
        package var version: UInt8
        /// The DO bit: DNSSEC records are welcome.
        package var wantsDNSSEC: Bool
        /// Options as they came.
        package var options: [UInt8]

        package init(
            payload: UInt16, version: UInt8 = 0, wantsDNSSEC: Bool = false, options: [UInt8] = []
        ) {
            self.payload = payload
            self.version = version
            self.wantsDNSSEC = wantsDNSSEC
            self.options = options
        }
    }
}

extension DNS.Question: CustomStringConvertible {
    /// `www.example.org. IN A`.
    package var description: String { "\(name) \(`class`) \(type)" }
}

extension DNS.Record: CustomStringConvertible {
    /// A line of a zone file: `www.example.org. 5 IN A 192.0.2.1`.
    package var description: String { "\(name) \(ttl) \(`class`) \(type) \(data)" }
}

extension DNS.RecordData: CustomStringConvertible {
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .cname(let name), .ns(let name), .ptr(let name): name.description
        case .soa(let soa):
            "\(soa.primary) \(soa.mailbox) \(soa.serial) \(soa.refresh) \(soa.retry) \(soa.expire) "
                + "\(soa.minimum)"
        case .srv(let srv): "\(srv.priority) \(srv.weight) \(srv.port) \(srv.target)"
        case .txt(let strings):
            strings.map { "\"\(String(decoding: $0, as: UTF8.self))\"" }.joined(separator: " ")
        case .opaque(_, let bytes):
            "\\# \(bytes.count) "
                + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

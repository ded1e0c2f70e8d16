import KubeAPI
import Logging
import Storage

/// The objects of the API: what every verb does, whoever asks. HTTP and the in-process client both come here.
final class ObjectStore: Sendable {
    let log: any RevisionLog
    let configuration: APIServer.Configuration
    let services: ServiceAdmission
    let preparation: Preparation
    let events = PreparedEvents()
    /// Of resources that show the objects of another one.
    let shownEvents = PreparedEvents()
    let creations = NamespaceCreations()
    /// Of the writers of one object.
    let turns = Turns()

    init(log: any RevisionLog, configuration: APIServer.Configuration, logger: Logger) {
        self.log = log
        self.configuration = configuration
        services = ServiceAdmission(log: log, configuration: configuration, logger: logger)
        preparation = Preparation(configuration)
    }

    /// The present state of an object.
    func stored(_ resource: Resource, _ name: ObjectName) async throws(Status) -> StoredValue {
        guard let value = try await find(resource, name) else {
            throw .notFound(resource, name.name)
        }
        return value
    }

    /// As `stored`; nil where there is no object.
    func find(_ resource: Resource, _ name: ObjectName) async throws(Status) -> StoredValue? {
        do throws(LogError) {
            return try await log.get(resource.key(name)).map(resource.shown)
        } catch {
            throw error.status
        }
    }

    /// The revision of the newest write.
    func currentRevision() async throws(Status) -> Revision {
        do throws(LogError) { return try await log.currentRevision() } catch {
            throw error.status
        }
    }
}

/// What a write may be told besides the object.
struct WriteOptions: Sendable {
    /// Nothing is stored; the answer is as if it were.
    var dryRun = false
    /// `status`, or nil for the main resource.
    var subresource: String?
    /// What to do about fields that the kind does not have.
    var fieldValidation = FieldValidation.ignore
    /// What strict decoding finds wrong with the text of the body, such as keys that it has twice.
    var duplicateFields: [String] = []
    /// Who is counted as the owner of what the write changes.
    var ownership = Ownership.uncounted

    enum Ownership: Sendable {
        /// Nobody: the entries of `managedFields` stay as they are.
        case uncounted
        /// The writer of a create, update or patch.
        case manager(String)
        /// The object says it already: it comes of an apply.
        case stated
    }
}

/// What became of a write.
struct Written: Sendable {
    var object: EncodedObject
    /// What to tell the client besides.
    var warnings: [String] = []
    /// The object did not exist before.
    var isNew = false
}

// The planted bugs of the stores: what is wrong when a cache or a database does not do what services rely on.

public import ServiceKit

extension Deviation {
    /// Keys never expire.
    public static let cacheTTLIgnored = Deviation(
        "cache-ttl-ignored", of: "cache", "expiries are taken and ignored: keys live for ever")
    /// A replica lags behind.
    public static let cacheStaleRead = Deviation(
        "cache-stale-read", of: "cache", "for a second after a key is written or deleted, reads give what it held before")
    /// One user's session is another's.
    public static let cacheKeysShared = Deviation(
        "cache-keys-shared", of: "cache", "the last part of a key is left out, so all users share what is kept for one")
    /// A failed transaction leaves its writes behind.
    public static let sqlRollbackIgnored = Deviation(
        "sql-rollback-ignored", of: "relational", "what a transaction wrote before it failed stays written")
    /// Transactions run into each other.
    public static let sqlLostUpdate = Deviation(
        "sql-lost-update", of: "relational", "transactions are not isolated: of two updates of one row at once, one is lost")
    /// A commit that was none.
    public static let sqlLostCommit = Deviation(
        "sql-lost-commit", of: "relational", "a transaction is said to be committed, and nothing of it was written")

    /// The deviations of both stores.
    public static let storeDeviations: [Deviation] = [
        .cacheTTLIgnored, .cacheStaleRead, .cacheKeysShared, .sqlRollbackIgnored, .sqlLostUpdate, .sqlLostCommit,
    ]
}

// The planted bugs of the analytics service.

public import ServiceKit

extension Deviation {
    /// Every third inserted block is acknowledged and then gone.
    public static let analyticsInsertLost = Deviation(
        "analytics-insert-lost", of: "analytics", "Every third inserted block is acknowledged and never stored")
    /// Inserted blocks are stored twice.
    public static let analyticsInsertDoubled = Deviation(
        "analytics-insert-doubled", of: "analytics", "Every inserted block is stored twice")
    /// `avg` divides by all rows.
    public static let analyticsAverageWrong = Deviation(
        "analytics-avg-wrong", of: "analytics", "avg() counts NULL as a 0")
    /// Asynchronous inserts take ten minutes.
    public static let analyticsLate = Deviation(
        "analytics-late", of: "analytics", "Asynchronous inserts become visible 10 minutes late")
    /// Counts are those from before the latest insert.
    public static let analyticsStaleCount = Deviation(
        "analytics-stale-count", of: "analytics", "count() leaves out the block that was inserted last")
    /// Rows of all users are shown to each.
    public static let analyticsFilterIgnored = Deviation(
        "analytics-filter-ignored", of: "analytics", "A condition on user_id in WHERE is ignored, so that rows of others are seen"
    )

    /// All deviations of the analytics service.
    public static let analyticsDeviations: [Deviation] = [
        analyticsInsertLost, analyticsInsertDoubled, analyticsAverageWrong, analyticsLate, analyticsStaleCount,
        analyticsFilterIgnored,
    ]
}

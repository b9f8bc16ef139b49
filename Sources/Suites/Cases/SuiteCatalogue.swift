// Every case there is, in the order in which they are listed and run.

/// The cases of all suites.
public enum SuiteCatalogue {
    /// Every case.
    public static let cases: [SuiteCase] = [GoldenPath.suiteCase]
}

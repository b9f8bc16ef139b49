// Errors of the engine, with the numbers and names that ClickHouse gives them.

/// The kinds of error, by ClickHouse's number (ClickHouse, src/Common/ErrorCodes.cpp).
public enum ErrorCode: Int, Sendable, CaseIterable {
    case unsupportedMethod = 1
    case cannotParseText = 6
    case incorrectNumberOfColumns = 7
    case thereIsNoColumn = 8
    case sizesOfColumnsDoNotMatch = 9
    case notFoundColumnInBlock = 10
    case duplicateColumn = 15
    case noSuchColumnInTable = 16
    case cannotParseEscapeSequence = 25
    case cannotParseQuotedString = 26
    case cannotParseInputAssertionFailed = 27
    case attemptToReadAfterEnd = 32
    case tooManyArgumentsForFunction = 34
    case tooFewArgumentsForFunction = 35
    case badArguments = 36
    case cannotParseDate = 38
    case cannotParseDateTime = 41
    case numberOfArgumentsDoesNotMatch = 42
    case illegalTypeOfArgument = 43
    case illegalColumn = 44
    case unknownFunction = 46
    case unknownIdentifier = 47
    case notImplemented = 48
    case logicalError = 49
    case unknownType = 50
    case typeMismatch = 53
    case unknownStorage = 56
    case tableAlreadyExists = 57
    case illegalTypeOfColumnForFilter = 59
    case unknownTable = 60
    case syntaxError = 62
    case unknownAggregateFunction = 63
    case argumentOutOfBound = 69
    case cannotConvertType = 70
    case cannotParseNumber = 72
    case unknownFormat = 73
    case unknownDatabase = 81
    case databaseAlreadyExists = 82
    case unknownSetting = 115
    case incorrectData = 117
    case engineRequired = 119
    case insertColumnSizeMismatch = 20
    case incorrectResultOfScalarSubquery = 125
    case tooManyParts = 252
    case tooLargeArraySize = 128
    case parameterOutOfBound = 12
    case tooLargeStringSize = 131
    case aggregateFunctionDoesNotAllowParameters = 133
    case parametersToAggregateFunctionsMustBeLiterals = 134
    case divisionByZero = 153
    case tooManyRows = 158
    case timeoutExceeded = 159
    case tooDeepAST = 168
    case readonly = 164
    case emptyQuery = 155
    case unionAllResultStructuresMismatch = 258
    case cyclicAliases = 174
    case multipleExpressionsForAlias = 179
    case illegalAggregation = 184
    case sizesOfArraysDoNotMatch = 190
    case notAnAggregate = 215
    case ambiguousColumnName = 352
    case queryNotAllowed = 392
    case functionThrowIfValueIsNonZero = 395
    case tooManyRowsOrBytes = 396
    case queryIsTooLarge = 307
    case tooDeepRecursion = 306
    case memoryLimitExceeded = 241
    case noCommonType = 386
    case cannotParseBool = 467
    case cannotParseUUID = 376
    case illegalSyntaxForDataType = 377
    case dataTypeCannotHaveArguments = 378
    case valueIsOutOfRangeOfDataType = 321
    case cannotInsertNullInOrdinaryColumn = 349
    case decimalOverflow = 407
    case unknownElementOfEnum = 691
    case unexpectedASTStructure = 223
    case invalidLimitExpression = 440
    case unknownQueryParameter = 456
    case badQueryParameter = 457
    case expectedAllOrDistinct = 558
    case emptyListOfColumnsQueried = 51
    case formatIsNotSuitableForInput = 143
    case incorrectQuery = 80
    case invalidJoinOnExpression = 403
    case invalidWithFillExpression = 475
    case invalidSettingValue = 474
    case ambiguousIdentifier = 207
    case tooBigAST = 167
    case tupleIndexOutOfBounds = 500
    case cannotCompileRegexp = 427

    /// ClickHouse's name: `SYNTAX_ERROR`.
    public var name: String {
        switch self {
        case .cannotParseInputAssertionFailed: return "CANNOT_PARSE_INPUT_ASSERTION_FAILED"
        case .tooDeepAST: return "TOO_DEEP_AST"
        case .tooBigAST: return "TOO_BIG_AST"
        case .cannotParseUUID: return "CANNOT_PARSE_UUID"
        case .numberOfArgumentsDoesNotMatch: return "NUMBER_OF_ARGUMENTS_DOESNT_MATCH"
        case .sizesOfColumnsDoNotMatch: return "SIZES_OF_COLUMNS_DOESNT_MATCH"
        case .sizesOfArraysDoNotMatch: return "SIZES_OF_ARRAYS_DONT_MATCH"
        case .attemptToReadAfterEnd: return "ATTEMPT_TO_READ_AFTER_EOF"
        case .insertColumnSizeMismatch: return "NUMBER_OF_COLUMNS_DOESNT_MATCH"
        case .cannotParseDateTime: return "CANNOT_PARSE_DATETIME"
        case .unexpectedASTStructure: return "UNEXPECTED_AST_STRUCTURE"
        case .parametersToAggregateFunctionsMustBeLiterals: return "PARAMETERS_TO_AGGREGATE_FUNCTIONS_MUST_BE_LITERALS"
        default: break
        }
        var name = ""
        for letter in String(describing: self) {
            if letter.isUppercase { name += "_" }
            name += letter.uppercased()
        }
        return name
    }
}

/// An exception of the engine.
public struct EngineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Its kind.
    public let code: ErrorCode
    /// What is wrong and what to do, without code and name.
    public let message: String

    /// An error from its parts.
    public init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    /// As ClickHouse writes it: `Code: 62. DB::Exception: ... (SYNTAX_ERROR)`.
    public var description: String { "Code: \(code.rawValue). DB::Exception: \(message) (\(code.name))" }

    /// `Maybe you meant: ['a', 'b']`, of those that are near `name`, or nothing.
    static func hint(_ name: String, among known: some Sequence<String>) -> String {
        let near = NameDistance.nearest(to: name, among: known)
        return near.isEmpty ? "" : " Maybe you meant: [" + near.map { "'\($0)'" }.joined(separator: ",") + "]"
    }
}

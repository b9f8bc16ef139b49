// Conversions between types: CAST and all that rests on it.

/// Converts columns.
struct Cast {
    let context: Context
    /// Times where a Date is asked for without a zone of their own.
    var reader: ValueReader { ValueReader(context: context) }

    /// The column as another type. Throws 70 where there is no such conversion, 349 for NULL where none may stand, and
    /// what ``ValueReader`` throws for texts.
    func column(_ source: TypedColumn, to type: DataType) throws -> TypedColumn {
        let target = type.stored
        if source.type.stored == target {
            var same = source
            same.type = type
            return same
        }
        let converted = try column(source.column, source.type.stored, target)
        var result = TypedColumn(type, converted)
        result.isConstant = source.isConstant
        result.count = source.count
        return result
    }

    private func column(_ column: Column, _ from: DataType, _ to: DataType) throws -> Column {
        if from == to { return column }
        switch (from, to) {
        case (.nullable(let inner), .nullable(let wanted)):
            let isNull = column.nullMask ?? []
            if inner == .nothing { return Column.defaults(to, column.count) }
            return .nullable(isNull: isNull, try withoutFailures(column.withoutNulls, isNull, inner, wanted))
        case (.nullable(let inner), _):
            guard !(column.nullMask ?? []).contains(true) else {
                throw EngineError(.cannotInsertNullInOrdinaryColumn, "Cannot convert NULL value to non-Nullable type")
            }
            return inner == .nothing ? Column.defaults(to, column.count) : try self.column(column.withoutNulls, inner, to)
        case (.nothing, _): return Column.defaults(to, column.count)
        case (.string, .nullable(let wanted)):
            return try nullableTexts(column, wanted)
        case (_, .nullable(let wanted)):
            let isNull = Array(repeating: false, count: column.count)
            return .nullable(isNull: isNull, try self.column(column, from, wanted))
        case (.array(let left), .array(let right)):
            let arrays = column.arrays
            return .array(ArrayColumn(ends: arrays.ends, values: try self.column(arrays.values, left, right)))
        case (.map, .map), (.array, .map), (.map, .array):
            guard let left = from.element, let right = to.element, case .tuple = left else { throw noConversion(from, to) }
            let arrays = column.arrays
            return .array(ArrayColumn(ends: arrays.ends, values: try self.column(arrays.values, left, right)))
        case (.tuple(let left), .tuple(let right)):
            guard left.count == right.count, case .tuple(let columns, let count) = column else { throw noConversion(from, to) }
            return .tuple(
                try columns.indices.map { try self.column(columns[$0], left[$0].type, right[$0].type) }, count: count)
        case (.tuple(let left), .map(let key, let value)):
            guard left.count == 2, case .array(let keyElement) = left[0].type, case .array(let valueElement) = left[1].type,
                case .tuple(let columns, _) = column
            else { throw noConversion(from, to) }
            let (keys, values) = (columns[0].arrays, columns[1].arrays)
            let pair = Column.tuple(
                [try self.column(keys.values, keyElement, key), try self.column(values.values, valueElement, value)],
                count: keys.values.count)
            return .array(ArrayColumn(ends: keys.ends, values: pair))
        case (_, .string): return try text(column, from)
        case (.string, _), (.fixedString, _): return try parsed(column, from, to)
        default: break
        }
        if let names = from.enumNames { return try enumeration(column, names, to) }
        if to.enumNames != nil, from.isNumber { return try numbersToEnum(column, to) }
        return try scalars(column, from, to)
    }

    private func noConversion(_ from: DataType, _ to: DataType) -> EngineError {
        EngineError(.cannotConvertType, "Conversion from \(from.name) to \(to.name) is not supported")
    }

    /// Rows that are NULL are not converted, for they may hold anything.
    private func withoutFailures(_ column: Column, _ isNull: [Bool], _ from: DataType, _ to: DataType) throws -> Column {
        guard from.isString, isNull.contains(true) else { return try self.column(column, from, to) }
        let rows = isNull.indices.filter { !isNull[$0] }
        let converted = try self.column(column.taking(rows), from, to)
        var places = Array(repeating: -1, count: isNull.count)
        for (place, row) in rows.enumerated() { places[row] = place }
        return converted.taking(places)
    }

    private func nullableTexts(_ column: Column, _ wanted: DataType) throws -> Column {
        if wanted == .string { return .nullable(isNull: Array(repeating: false, count: column.count), column) }
        let texts = column.texts
        let values = try (0..<texts.count).map { try reader.value(texts[$0], .nullable(wanted)) }
        return Column(values, .nullable(wanted))
    }

    private func text(_ column: Column, _ from: DataType) throws -> Column {
        if case .text = column {
            guard case .fixedString = from else { return column }
            // What fills a FixedString up is no part of the text.
            return .text(
                TextColumn(
                    (0..<column.count).map { row in
                        var text = Array(column.texts[row])
                        while text.last == 0 { text.removeLast() }
                        return text
                    }))
        }
        let writer = ValueText(context: context, style: .raw)
        var texts = TextColumn()
        var text: [UInt8] = []
        for row in 0..<column.count {
            text.removeAll(keepingCapacity: true)
            try writer.write(column, row, from, &text)
            texts.append(text)
        }
        return .text(texts)
    }

    private func parsed(_ column: Column, _ from: DataType, _ to: DataType) throws -> Column {
        let texts = column.texts
        if case .fixedString(let size) = to {
            var padded = TextColumn()
            for row in 0..<texts.count {
                guard texts[row].count <= size else {
                    throw EngineError(.tooLargeStringSize, "String too long for type FixedString(\(size))")
                }
                padded.append(Array(texts[row]) + repeatElement(0, count: size - texts[row].count))
            }
            return .text(padded)
        }
        return Column(
            try (0..<texts.count).map { row in
                var text = texts[row]
                if case .fixedString = from {
                    while text.last == 0 { text.removeLast() }
                }
                if !to.isString { text = text.trimmed }
                return try reader.value(text, to)
            }, to)
    }

    private func enumeration(_ column: Column, _ names: EnumNames, _ to: DataType) throws -> Column {
        if let wanted = to.enumNames {
            return Column.numbers(
                try column.int64s.map { number -> Int64 in
                    guard let name = names.name(of: Int16(truncatingIfNeeded: number)),
                        let other = wanted.number(of: Array(name.utf8))
                    else { throw EngineError(.cannotConvertType, "Enum conversion changes value for element \(number)") }
                    return Int64(other)
                }, as: to)
        }
        if to.isNumber { return Column.numbers(column.int64s, as: to) }
        return try parsed(try text(column, .enum16(names)), .string, to)
    }

    private func numbersToEnum(_ column: Column, _ to: DataType) throws -> Column {
        let names = to.enumNames
        for number in column.int64s where Int16(exactly: number).flatMap({ names?.name(of: $0) }) == nil {
            throw EngineError(.badArguments, "Unexpected value \(number) in enum")
        }
        return Column.numbers(column.int64s, as: to)
    }

    private func scalars(_ column: Column, _ from: DataType, _ to: DataType) throws -> Column {
        if case .interval = from, case .interval = to { return column }
        if case .uuid = column { throw noConversion(from, to) }
        guard from.isNumber || from.isDateOrTime || isInterval(from), to.isNumber || to.isDateOrTime || isInterval(to) else {
            throw noConversion(from, to)
        }
        if to == .bool { return .uint8(column.truths.map { $0 ? 1 : 0 }) }
        if from.isDateOrTime || to.isDateOrTime { return try dates(column, from, to) }
        if case .float32(let values) = column { return Column.numbers(values, as: to) }
        if case .float64(let values) = column { return Column.numbers(values, as: to) }
        if case .uint64(let values) = column { return Column.numbers(values, as: to) }
        return Column.numbers(column.int64s, as: to)
    }

    private func isInterval(_ type: DataType) -> Bool {
        if case .interval = type { return true }
        return false
    }
}

extension ArraySlice<UInt8> {
    /// Without spaces at both ends.
    var trimmed: ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first == 0x20 || first == 0x09 || first == 0x0A { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 0x09 || last == 0x0A { slice.removeLast() }
        return slice
    }
}

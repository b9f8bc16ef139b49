// JOIN: two sources as one, with the keys by which their rows are put together.

/// Plans joins.
struct JoinPlanner {
    let planner: Planner
    let sources: SourcePlanner

    init(_ planner: Planner, _ sources: SourcePlanner) {
        self.planner = planner
        self.sources = sources
    }

    func join(_ left: TableExpression, _ join: Join, _ right: TableExpression) throws -> (node: PlanNode, scope: Scope) {
        let (leftNode, leftScope) = try sources.source(left)
        let (rightNode, rightScope) = try sources.source(right)
        let useNulls = planner.context.settings.isOn("join_use_nulls")
        let leftNullable = useNulls && (join.kind == .right || join.kind == .full)
        let rightNullable = useNulls && (join.kind == .left || join.kind == .full)
        var scope = Scope(columns: [], width: leftScope.width + rightScope.width)
        for column in leftScope.columns {
            var joined = column
            if leftNullable { joined.type = joined.type.madeNullable }
            scope.columns.append(joined)
        }
        for column in rightScope.columns {
            var joined = column
            joined.slot += leftScope.width
            if rightNullable { joined.type = joined.type.madeNullable }
            scope.columns.append(joined)
        }
        var plan = JoinPlan(
            join: join, leftKeys: [], rightKeys: [], leftTypes: slotTypes(scope, 0..<leftScope.width),
            rightTypes: slotTypes(scope, leftScope.width..<scope.width),
            rightInputTypes: slotTypes(rightScope, 0..<rightScope.width))
        switch join.condition {
        case .none: plan.join.kind = .cross
        case .using(let names): try using(names, leftScope, rightScope, &scope, &plan)
        case .on(let condition): try on(condition, leftScope, rightScope, scope, &plan)
        }
        return (.join(leftNode, rightNode, plan), scope)
    }

    private func slotTypes(_ scope: Scope, _ slots: Range<Int>) -> [DataType] {
        slots.map { slot in scope.columns.first { $0.slot == slot && $0.expression == nil }?.type ?? .nothing }
    }

    private func addKey(_ left: TypedExpression, _ right: TypedExpression, _ plan: inout JoinPlan) throws {
        guard let common = Supertype.of(left.type, right.type) else {
            throw EngineError(
                .typeMismatch, "Types of columns to JOIN by are different: \(left.type.name) at left, \(right.type.name) at right"
            )
        }
        let resolver = Resolver(planner, Scope())
        plan.leftKeys.append(try resolver.cast(left, to: common))
        plan.rightKeys.append(try resolver.cast(right, to: common))
    }

    private func using(
        _ names: [Expression], _ leftScope: Scope, _ rightScope: Scope, _ scope: inout Scope, _ plan: inout JoinPlan
    ) throws {
        for name in names {
            let left = try Resolver(planner, leftScope).resolve(name)
            let right = try Resolver(planner, rightScope).resolve(name)
            try addKey(left, right, &plan)
            let shown = name.columnName
            for index in scope.columns.indices
            where scope.columns[index].name == shown && scope.columns[index].slot >= leftScope.width {
                scope.columns[index].isHidden = true
                if case .column(let slot) = left.kind { plan.usingSlots.append((slot, scope.columns[index].slot)) }
            }
        }
    }

    /// ON: equalities between the two sides are keys, everything else a condition on top.
    private func on(_ condition: Expression, _ leftScope: Scope, _ rightScope: Scope, _ scope: Scope, _ plan: inout JoinPlan)
        throws
    {
        var rest: [Expression] = []
        for part in Self.conjuncts(condition) {
            if case .call(let call) = part.kind, call.name == "equals", call.arguments.count == 2,
                let (left, right) = try sides(call.arguments[0], call.arguments[1], leftScope, rightScope)
            {
                try addKey(left, right, &plan)
            } else {
                rest.append(part)
            }
        }
        if !rest.isEmpty {
            let joined = rest.count == 1 ? rest[0] : .call("and", rest)
            plan.rest = try Resolver(planner, scope).resolve(joined)
        }
        if plan.leftKeys.isEmpty, plan.join.kind != .inner, plan.join.kind != .cross {
            throw EngineError(.invalidJoinOnExpression, "Cannot get JOIN keys in JOIN ON section: \(condition.columnName)")
        }
        if plan.leftKeys.isEmpty { plan.join.kind = .cross }
    }

    static func conjuncts(_ condition: Expression) -> [Expression] {
        if case .call(let call) = condition.kind, call.name == "and" { return call.arguments.flatMap { conjuncts($0) } }
        return [condition]
    }

    /// An equality's sides, if one reads only the left table and the other only the right one.
    private func sides(
        _ first: Expression, _ second: Expression, _ leftScope: Scope, _ rightScope: Scope
    ) throws -> (TypedExpression, TypedExpression)? {
        func resolved(_ expression: Expression, _ scope: Scope) -> TypedExpression? {
            guard let found = try? Resolver(planner, scope).resolve(expression) else { return nil }
            return found.constant == nil ? found : nil
        }
        if let left = resolved(first, leftScope), let right = resolved(second, rightScope) { return (left, right) }
        if let left = resolved(second, leftScope), let right = resolved(first, rightScope) { return (left, right) }
        return nil
    }
}

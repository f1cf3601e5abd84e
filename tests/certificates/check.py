#!/usr/bin/env python3
"""Checks a certificate, from CERTIFICATES.md alone: check.py FOLDER PLAN VALUE... prints the bound of each objective.

It shares nothing with mvm but that page. Names follow the page's words.
"""

import itertools
import json
import math
import os
import sys

INFINITY = float("inf")


class Way:
    def __init__(self, runs, span, changes, costs):
        self.runs, self.span, self.changes, self.costs = runs, span, changes, costs
        self.starts = []  # intervals, both ends included

    def of(self, level):
        return [(at, by) for (own, at, by) in self.changes if own == level]

    def moment(self, level):
        return next((at for at, _ in self.of(level)), 0)

    def keep(self, low, high):
        before = self.starts
        self.starts = [(max(a, low), min(b, high)) for a, b in before if max(a, low) <= min(b, high)]
        return self.starts != before


class Block:
    def __init__(self, members, name, ways):
        self.members, self.name, self.ways = members, name, ways


class Problem:
    """Blocks and levels under the hypothesis that objectives are within limits, or all ends by a deadline."""

    def __init__(self, data, limits, deadline=None, last_end=0):
        self.data = data
        self.objectives = data["objectives"][: len(limits)]
        resources = data["resources"]
        self.levels = [("resource", i, r["name"], [(at, c - r["initial"]) for at, c in r["capacity"]])
                       for i, r in enumerate(resources)]
        names = [action["name"] for action in data["actions"]]
        self.levels += [("precedence", i, f"{names[a]} -> {names[b]}", [(0, 0)])
                        for i, (a, b) in enumerate(data["precedences"])]
        self.blocks = self.make_blocks()
        last = self.horizon() if deadline is None else deadline
        self.open(last)
        self.drop_impossible()
        self.tighten()
        if any(o["last_end"] > 0 for o in self.objectives):
            last = self.latest_end(limits, last)
            for block in self.blocks:
                for way in block.ways:
                    way.keep(0, last - way.span)
            self.tighten()
            self.add_last_end(last_end, last)
        self.seal()

    def make_blocks(self):
        data, count = self.data, len(self.data["actions"])
        block_of = list(range(count))
        for group in data["groups"]:
            joined = {block_of[a] for a in group["actions"]}
            block_of = [min(joined) if b in joined else b for b in block_of]
        blocks = []
        for first in range(count):
            members = [a for a in range(count) if block_of[a] == first]
            if members:
                choices = itertools.product(*(range(len(data["actions"][a]["modes"])) for a in members))
                ways = [way for way in (self.way(members, choice) for choice in choices) if way]
                blocks.append(Block(members, data["actions"][members[0]]["name"], ways))
        return blocks

    def way(self, members, choice):
        data = self.data
        modes = {a: data["actions"][a]["modes"][m] for a, m in zip(members, choice)}
        offset, changed = {members[0]: 0}, True
        while changed:
            changed = False
            for group in data["groups"]:
                shift = {a: modes[a]["duration"] if group["together"] == "end" else 0
                         for a in group["actions"] if a in modes}
                known = [offset[a] + shift[a] for a in shift if a in offset]
                for a in shift if known else ():
                    if a not in offset:
                        offset[a], changed = known[0] - shift[a], True
                    elif offset[a] + shift[a] != known[0]:
                        return None
        least = min(offset.values())
        runs = [(offset[a] - least, modes[a]["duration"]) for a in members]
        sums = {}

        def add(level, at, by):
            sums[level, at] = sums.get((level, at), 0) + by

        costs = [[0, 0] for _ in data["objectives"]]
        for a, m, (start, duration) in zip(members, choice, runs):
            end = start + duration
            for resource, take, give in modes[a]["demands"]:
                add(resource, start, take)
                add(resource, end, -give)
            for i, (first, then) in enumerate(data["precedences"]):
                if first == a:
                    add(len(data["resources"]) + i, end, -1)
                if then == a:
                    add(len(data["resources"]) + i, start, 1)
            for cost, objective in zip(costs, data["objectives"]):
                of_start, of_end, of_modes = objective["terms"][a]
                cost[0] += of_start * start + of_end * end + (of_modes[m] if m < len(of_modes) else 0)
                cost[1] += of_start + of_end
        changes = [(level, at, by) for (level, at), by in sorted(sums.items()) if by]
        return Way(runs, max(s + d for s, d in runs), changes, costs)

    def horizon(self):
        for at, objective in enumerate(self.objectives):
            earned = sum(max(0, -block.ways[0].costs[at][1]) for block in self.blocks if block.ways)
            assert earned <= objective["last_end"], "no horizon"
        settled = [at for r in self.data["resources"] for at, _ in r["capacity"]]
        settled += [edge for w in self.data["windows"] for pair in w["intervals"] for edge in pair if edge is not None]
        return max(settled, default=0) + sum(max((w.span for w in b.ways), default=0) for b in self.blocks)

    def open(self, last):
        for block in self.blocks:
            for way in block.ways:
                way.starts = [(0, last - way.span)] if last >= way.span else []
                for action, (offset, duration) in zip(block.members, way.runs):
                    for window in self.data["windows"]:
                        if window["action"] == action:
                            inside = [(a - offset, (INFINITY if b is None else b) - duration - offset)
                                      for a, b in window["intervals"]]
                            way.starts = [(max(a, c), min(b, d)) for a, b in way.starts for c, d in inside
                                          if max(a, c) <= min(b, d)]

    def drop_impossible(self):
        def extremes(way):
            found = {}
            for level in {level for level, _, _ in way.changes}:
                sums = list(itertools.accumulate(by for _, by in way.of(level)))
                found[level] = (max(0, *sums), max(0, *(-s for s in sums)))
            return found

        most = [max(room for _, room in level[3]) for level in self.levels]
        reliefs = []
        for block in self.blocks:
            own = {}
            for way in block.ways:
                for level, (_, relief) in extremes(way).items():
                    own[level] = max(own.get(level, 0), relief)
            reliefs.append(own)
            for level, relief in own.items():
                most[level] += relief
        for block, own in zip(self.blocks, reliefs):
            block.ways = [w for w in block.ways
                          if all(peak <= most[level] - own[level] for level, (peak, _) in extremes(w).items())]

    def orders(self):
        for level, (kind, _, _, _) in enumerate(self.levels):
            if kind == "precedence":
                first = [b for b in self.blocks if any(by < 0 for w in b.ways for _, by in w.of(level))]
                then = [b for b in self.blocks if any(by > 0 for w in b.ways for _, by in w.of(level))]
                if first and then and first[-1] is not then[-1]:
                    yield level, first[-1], then[-1]

    def tighten(self):
        orders = list(self.orders())
        for _ in range(len(self.blocks) + 1):
            if any(not any(way.starts for way in block.ways) for block in self.blocks):
                return
            if not self.along(orders) and not self.together(orders):
                return

    def along(self, orders):
        changed = False
        for level, first, then in orders:
            ends = [w.starts[0][0] + w.moment(level) for w in first.ways if w.starts]
            if not ends:
                return False
            for way in then.ways:
                changed |= way.keep(min(ends) - way.moment(level), INFINITY)
        for level, first, then in reversed(orders):
            starts = [w.starts[-1][1] + w.moment(level) for w in then.ways if w.starts]
            if not starts:
                return False
            for way in first.ways:
                changed |= way.keep(0, max(starts) - way.moment(level))
        return changed

    def unit(self, level):
        return math.gcd(*(by for b in self.blocks for w in b.ways for _, by in w.of(level)))

    def together(self, orders):
        room = {}
        for level, (_, _, _, rooms) in enumerate(self.levels):
            sums = [list(itertools.accumulate(by for _, by in w.of(level)))
                    for b in self.blocks for w in b.ways if w.of(level)]
            if all(s[-1] == 0 and min(s) >= 0 for s in sums):
                unit = max(1, self.unit(level))
                room[level] = (unit, max(1, max(r for _, r in rooms) // unit))
        uses = {}
        for block in self.blocks:
            for level in sorted({level for level, _, _ in block.ways[0].changes}) if block.ways else ():
                own = [way.of(level) for way in block.ways]
                if level in room and all(own) and all(way.starts for way in block.ways):
                    uses[block, level] = (
                        min(w.starts[0][0] + c[0][0] for w, c in zip(block.ways, own)),
                        max(w.starts[-1][1] + c[-1][0] for w, c in zip(block.ways, own)),
                        min(sum(-by * at for at, by in c) for c in own),
                    )
        # All that is kept is computed from the uses as they are now; a block has one order to each other one, the first.
        after, before = {}, {}
        for order, first, then in orders:
            after.setdefault(first, {}).setdefault(then, order)
            before.setdefault(then, {}).setdefault(first, order)
        changed = False
        for block in self.blocks:
            latest, earliest = [], []
            for level, (unit, most) in room.items():
                # Ends before uses that come after it …
                found = []
                for other, order in after.get(block, {}).items():
                    if (other, level) in uses:
                        delay = min(w.of(level)[0][0] - w.moment(order) for w in other.ways)
                        found.append((uses[other, level][1], delay, uses[other, level][2]))
                found.sort(key=lambda use: use[0])
                for n in range(1, len(found) + 1):
                    area = sum(use[2] for use in found[:n]) // unit
                    latest.append(found[n - 1][0] - -(-area // most) - min(use[1] for use in found[:n]))
                # … and begins after those that come before it.
                found = []
                for other, order in before.get(block, {}).items():
                    if (other, level) in uses:
                        delay = min(w.moment(order) - w.of(level)[-1][0] for w in other.ways)
                        found.append((uses[other, level][0], delay, uses[other, level][2]))
                found.sort(key=lambda use: -use[0])
                for n in range(1, len(found) + 1):
                    area = sum(use[2] for use in found[:n]) // unit
                    earliest.append(found[n - 1][0] + -(-area // most) + min(use[1] for use in found[:n]))
            for way in block.ways:
                if latest:
                    moment = min(way.moment(order) for order in after[block].values())
                    changed |= way.keep(0, min(latest) - moment)
                if earliest:
                    moment = max(way.moment(order) for order in before[block].values())
                    changed |= way.keep(max(earliest) - moment, INFINITY)
        return changed

    def latest_end(self, limits, last):
        for at, (objective, limit) in enumerate(zip(self.objectives, limits)):
            if objective["last_end"] > 0:
                least = [min((w.costs[at][0] + w.costs[at][1] * t for w in b.ways if w.starts
                              for t in (w.starts[0][0], w.starts[-1][1])), default=None) for b in self.blocks]
                if None not in least:
                    left = limit - objective["constant"] - sum(least)
                    last = min(last, max(-1, left // objective["last_end"]))
        return last

    def add_last_end(self, shown, last):
        changes, firsts = [], [shown, 0]
        for block in self.blocks:
            level = len(self.levels)
            self.levels.append(("end", block.members[0], block.name, [(0, 0)]))
            for way in block.ways:
                way.changes.append((level, way.span, -1))
            changes.append((level, 0, 1))
            firsts.append(min((w.starts[0][0] + w.span for w in block.ways if w.starts), default=0))
        end = Way([], 0, changes, [[0, o["last_end"]] for o in self.data["objectives"]])
        end.starts = [(max(firsts), last)] if max(firsts) <= last else []
        self.blocks.append(Block([], "the last end", [end]))

    def seal(self):
        users = {level: [b for b in self.blocks if any(w.of(level) for w in b.ways)] for level in range(len(self.levels))}
        orders = []
        for level, (kind, _, _, _) in enumerate(self.levels):
            if kind == "precedence" and len(users[level]) == 2:
                gives = [b for b in users[level] if any(sum(by for _, by in w.of(level)) < 0 for w in b.ways)]
                first = gives[0] if gives else users[level][1]
                orders.append((level, first, next(b for b in users[level] if b is not first)))
        for level, (kind, _, _, rooms) in enumerate(self.levels):
            unit = self.unit(level)
            room = min(r for _, r in rooms) // max(1, unit) * unit
            if kind != "resource" or room <= 0 or len(users[level]) < 2:
                continue

            def over(way, order):
                given = way.of(order)
                own = way.of(level)
                return given and all(at <= given[0][0] for at, _ in own) and sum(by for _, by in own) == 0

            for then in self.blocks:
                if then in users[level]:
                    continue
                found = [next((order for order, first, other in orders if first is user and other is then
                               and all(over(way, order) for way in user.ways)), None) for user in users[level]]
                if None not in found:
                    for way in then.ways:
                        at = max((at for own, at, _ in way.changes if own in found), default=way.span)
                        way.changes = sorted(way.changes + [(level, at, room)])
                    break


class Cell:
    """Blocks that take turns, and what pays together with them."""

    def __init__(self, problem, turns, cell):
        self.slot, self.slots = turns["slot"], turns["slots"]
        assert self.slot > 0 and self.slots > 0
        blocks = {block.members[0]: at for at, block in enumerate(problem.blocks) if block.members}
        self.kinds = [[blocks[action] for action in kind] for kind in cell["kinds"]]
        machine = next(i for i, l in enumerate(problem.levels) if l[:2] == ("resource", cell["machine"]))
        most = max(room for _, room in problem.levels[machine][3])
        for way in (w for kind in self.kinds for b in kind for w in problem.blocks[b].ways):
            (start, taken), (end, given) = way.of(machine)
            assert (start, end) == (0, way.span) and taken == -given and 2 * taken > most
        place = {id(block): at for at, block in enumerate(problem.blocks)}
        order = {}
        for level, first, then in problem.orders():
            order.setdefault((place[id(first)], place[id(then)]), level)
        ways = lambda block: problem.blocks[block].ways
        self.before = {kind: [] for kind in range(len(self.kinds))}
        for first, then in cell["orders"]:
            for a in self.kinds[first]:
                for b in self.kinds[then]:
                    level = order[a, b]
                    assert all(way.moment(level) == way.span for way in ways(a))
                    assert all(way.moment(level) == 0 for way in ways(b))
            self.before[then].append(first)
        self.hangers = []
        for name, leads in (("leaders", True), ("followers", False)):
            for action, kinds in cell[name]:
                block, lags = blocks[action], []
                for other in (b for kind in kinds for b in self.kinds[kind]):
                    if leads:
                        level = order[block, other]
                        lags.append(max(w.moment(level) for w in ways(other)) - min(w.moment(level) for w in ways(block)))
                    else:
                        level = order[other, block]
                        lags.append(min(w.moment(level) - w.span for w in ways(other)) - max(w.moment(level) for w in ways(block)))
                lag = (max(lags) + self.slot - 1) // self.slot if leads else min(lags) // self.slot
                self.hangers.append((block, leads, kinds, lag))
        self.blocks = [b for kind in self.kinds for b in kind] + [hanger[0] for hanger in self.hangers]

    def by_slot(self, prices):
        """The least price in each slot, None where nothing starts."""
        least = [None] * (self.slots + 1)
        for start, price in prices.items():
            slot = min(start // self.slot, self.slots)
            least[slot] = price if least[slot] is None else min(price, least[slot])
        return least

    def least(self, problem, priced):
        """What all pay together; None where they cannot all start."""
        none = INFINITY
        known = lambda prices: [none if price is None else price for price in prices]
        spans = []
        for kind in self.kinds:
            of = {}
            for block in kind:
                for way, prices in zip(problem.blocks[block].ways, priced[block]):
                    own = of.setdefault(way.span // self.slot, [none] * (self.slots + 1))
                    own[:] = map(min, own, known(self.by_slot(prices)))
            spans.append(of)
        hung = []
        for block, *_ in self.hangers:
            own = [none] * (self.slots + 1)
            for prices in priced[block]:
                own[:] = map(min, own, known(self.by_slot(prices)))
            hung.append(own)
        full = tuple(len(kind) for kind in self.kinds)
        rest = {full: [0] * (self.slots + 1)}
        for state in sorted(itertools.product(*(range(n + 1) for n in full)), key=sum, reverse=True):
            if state == full:
                continue
            least = [none] * (self.slots + 1)
            for kind, of in enumerate(spans):
                if state[kind] == full[kind] or any(state[k] < full[k] for k in self.before[kind]):
                    continue
                after = tuple(n + (k == kind) for k, n in enumerate(state))
                for span, prices in of.items():
                    for y in range(self.slots + 1):
                        end = min(y + span, self.slots)
                        paid = prices[y] + rest[after][end]
                        for (_, leads, kinds, lag), own in zip(self.hangers, hung):
                            if kind not in kinds:
                                continue
                            if leads and all(state[k] == 0 for k in kinds):
                                upto = self.slots if y == self.slots else min(y + lag, self.slots)
                                paid += min(own[:upto + 1], default=none) if upto >= 0 else none
                            if not leads and all(after[k] == full[k] for k in kinds):
                                paid += min(own[max(0, min(end + lag, self.slots)):])
                        least[y] = min(least[y], paid)
            for y in reversed(range(self.slots)):
                least[y] = min(least[y], least[y + 1])
            rest[state] = least
        least = rest[tuple(0 for _ in full)][0]
        return None if least == none else least


def left_open(problem, limits, weights, multipliers, turns=None):
    """For each block and way the starts that no price excludes; None where the prices exclude all schedules."""
    rows = {}
    for row in multipliers:
        level = next(i for i, l in enumerate(problem.levels) if l[:3] == (row["kind"], row["index"], row["name"]))
        steps = row["steps"]
        assert level not in rows and row["unit"] >= 1 and steps[-1][1] == 0 and steps[0][0] >= 0
        assert all(a[0] < b[0] for a, b in zip(steps, steps[1:])) and all(m >= 0 for _, m in steps)
        assert all(by % row["unit"] == 0 for b in problem.blocks for w in b.ways for _, by in w.of(level))
        rows[level] = (row["unit"], steps)

    def tail(level, x):
        steps = rows[level][1]
        return sum(m * max(0, end - max(x, start)) for (start, m), (end, _) in zip(steps, steps[1:]))

    assert len(weights) == len(limits) and all(u >= 0 for u in weights)
    allowed = sum(u * (limit - o["constant"]) for u, limit, o in zip(weights, limits, problem.objectives))
    for level, (unit, _) in rows.items():
        rooms = problem.levels[level][3]
        for (at, room), after in zip(rooms, [at for at, _ in rooms[1:]] + [None]):
            worth = tail(level, at) - (0 if after is None else tail(level, after))
            allowed += room // unit * worth
    prices, least = [], 0
    for block in problem.blocks:
        own = []
        for way in block.ways:
            paid = [(at, by // rows[level][0], level) for level, at, by in way.changes if level in rows]
            own.append({t: sum(u * (c[0] + c[1] * t) for u, c in zip(weights, way.costs))
                        + sum(by * tail(level, t + at) for at, by, level in paid)
                        for a, b in way.starts for t in range(a, b + 1)})
        cheapest = min((price for way in own for price in way.values()), default=None)
        if cheapest is None:
            return None
        prices.append((own, cheapest))
        least += cheapest
    cells = [Cell(problem, turns, cell) for cell in turns["cells"]] if turns else []
    together = [block for cell in cells for block in cell.blocks]
    assert len(together) == len(set(together))
    for cell in cells:
        paid = cell.least(problem, [own for own, _ in prices])
        if paid is None:
            return None
        least += paid - sum(prices[block][1] for block in cell.blocks)
    slack = allowed - least
    if slack < 0:
        return None
    assert not cells, "something is left over"
    return [[sorted(t for t, price in way.items() if price - cheapest <= slack) for way in own]
            for own, cheapest in prices]


class Clauses:
    """The clauses that the page describes."""

    def __init__(self, problem, starts, limits):
        self.problem, self.starts = problem, starts
        self.notes, self.clauses, self.variables, self.sets = ["1 is true"], [[1]], 1, {}
        self.by = []
        for block, ways in zip(problem.blocks, starts):
            self.add_block(block, ways)
        for level in range(len(problem.levels)):
            self.add_level(level)
        for k, limit in enumerate(limits):
            bound, summands = limit - problem.data["objectives"][k]["constant"], []
            for at, block in enumerate(problem.blocks):
                least, summand = self.summand(at, lambda way, t: way.costs[k][0] + way.costs[k][1] * t)
                bound -= least
                summands.append(summand)
            self.at_most(summands, bound)

    def fresh(self):
        self.variables += 1
        return self.variables

    def add(self, *clause):
        if 1 not in clause:
            self.clauses.append([lit for lit in clause if lit != -1])

    def add_block(self, block, ways):
        only = sum(bool(starts) for starts in ways) == 1
        by = []
        for number, starts in enumerate(ways):
            lits = []
            for t in starts:
                if only and t == starts[-1]:
                    lits.append(1)
                else:
                    lits.append(self.fresh())
                    self.notes.append(f"{self.variables} is: `{block.name}` in way {number} by {t}")
            for one, other in zip(lits, lits[1:]):
                self.add(-one, other)
            by.append(lits)
        chosen = [lits[-1] for lits in by if lits]
        self.add(*chosen)
        if len(chosen) > 1:
            self.at_most([[(1, lit)] for lit in chosen], 1)
        self.by.append(by)

    def add_level(self, level):
        users = [at for at, b in enumerate(self.problem.blocks) if any(w.of(level) for w in b.ways)]
        rooms = self.problem.levels[level][3]
        most, moments = 0, {at for at, _ in rooms}
        for at in users:
            peaks = [0]
            for way, starts in zip(self.problem.blocks[at].ways, self.starts[at]):
                if starts:
                    peaks += itertools.accumulate(by for _, by in way.of(level))
                    moments |= {t + c for c, by in way.of(level) if by > 0 for t in starts}
            most += max(peaks)
        if most <= min(room for _, room in rooms):
            return
        before = None
        for moment in sorted(moments):
            bound, summands = [room for at, room in rooms if at <= moment or at == rooms[0][0]][-1], []
            for at in users:
                least, summand = self.summand(
                    at, lambda way, t: sum(by for c, by in way.of(level) if t + c <= moment))
                bound -= least
                if summand:
                    summands.append(summand)
            if (summands, bound) != before:
                before = (list(summands), bound)
                self.at_most(summands, bound)

    def summand(self, at, value):
        values = [(value(way, t), number, place)
                  for number, way in enumerate(self.problem.blocks[at].ways)
                  for place, t in enumerate(self.starts[at][number])]
        steps = sorted({v for v, _, _ in values})
        return steps[0], [(v - steps[0], self.within(at, [(n, p) for w, n, p in values if w >= v])) for v in steps[1:]]

    def within(self, at, places):
        runs = []
        for number, place in places:
            if runs and runs[-1][0] == number and runs[-1][2] + 1 == place:
                runs[-1][2] = place
            else:
                runs.append([number, place, place])
        parts = [(self.by[at][n][last], self.by[at][n][first - 1] if first else -1) for n, first, last in runs]
        if len(parts) == 1:
            if parts[0][1] == -1:
                return parts[0][0]
            if parts[0][0] == 1:
                return -parts[0][1]
        key = (at, tuple(map(tuple, runs)))
        if key not in self.sets:
            self.sets[key] = lit = self.fresh()
            for by, before in parts:
                self.add(-by, before, lit)
        return self.sets[key]

    def at_most(self, summands, bound):
        summands = sorted((s for s in summands if s), key=lambda s: -s[-1][0])
        rest = [sum(s[-1][0] for s in summands[at:]) for at in range(len(summands) + 1)]
        known = [[] for _ in summands]

        def node(at, bound):
            if bound < 0:
                return -INFINITY, -1, -1
            if bound >= rest[at]:
                return rest[at], INFINITY, 1
            for found in known[at]:
                if found[0] <= bound <= found[1]:
                    return found
            low, high, lit = node(at + 1, bound)
            edges = [(1, lit)]
            for worth, condition in summands[at]:
                below, above, child = node(at + 1, bound - worth)
                low, high = max(low, below + worth), min(high, above + worth)
                if child != edges[-1][1]:
                    edges.append((condition, child))
            if len(edges) > 1:
                lit = self.fresh()
                for condition, child in edges:
                    self.add(-lit, -condition, child)
            known[at].append((low, high, lit))
            return low, high, lit

        self.add(node(0, bound)[2])

    def dimacs(self):
        lines = [f"c {note}" for note in self.notes] + [f"p cnf {self.variables} {len(self.clauses)}"]
        return "\n".join(lines + [" ".join(map(str, clause + [0])) for clause in self.clauses]) + "\n"


def refuted(clauses, proof):
    """Whether each clause of the proof follows by unit propagation, and the empty one is among them."""
    alive, users = {}, {}

    def add(clause):
        number = len(users) + len(alive) + 1
        while number in alive:
            number += 1
        alive[number] = clause
        for lit in clause:
            users.setdefault(lit, set()).add(number)

    def conflict(assumed):
        true, queue = set(), [-lit for lit in assumed] + [c[0] for c in alive.values() if len(c) == 1]
        if any(not clause for clause in alive.values()):
            return True
        while queue:
            lit = queue.pop()
            if -lit in true:
                return True
            if lit in true:
                continue
            true.add(lit)
            for number in users.get(-lit, ()):
                clause = alive[number]
                if any(other in true for other in clause):
                    continue
                open_ = [other for other in clause if -other not in true]
                if not open_:
                    return True
                if len(open_) == 1:
                    queue.append(open_[0])
        return False

    for clause in clauses:
        add(sorted(set(clause)))
    for line in proof.splitlines():
        words = line.split()
        if not words or words[0] == "c":
            continue
        clause = sorted({int(word) for word in words if word != "d"} - {0})
        if words[0] == "d":
            gone = next((number for number, known in alive.items() if known == clause), None)
            if gone is not None:
                for lit in alive.pop(gone):
                    users[lit].discard(gone)
        elif not conflict(clause):
            return False
        elif not clause:
            return True
        else:
            add(clause)
    return conflict([])


def main(folder, plan, values):
    def read(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()

    certificate = json.loads(read(f"{plan}.certificate.json"))
    data = json.loads(read(certificate["problem"]))
    for k, proof in enumerate(certificate["objectives"]):
        limits = values[:k] + [proof["lower_bound"] - 1]
        shown = 0
        if "last_end" in proof:
            shown = proof["last_end"]["at_least"]
            short = Problem(data, [], deadline=shown - 1)
            assert left_open(short, [], [], proof["last_end"]["multipliers"]) is None, "the last end"
        problem = Problem(data, limits, last_end=shown)
        starts = left_open(problem, limits, proof["weights"], proof["multipliers"], proof.get("turns"))
        by = "multipliers"
        if starts is not None:
            clauses = Clauses(problem, starts, limits)
            assert clauses.dimacs() == read(proof["clauses"]["cnf"]), "other clauses"
            assert refuted(clauses.clauses, read(proof["clauses"]["drat"])), "the proof"
            by = "clauses"
        print(proof["name"], proof["lower_bound"], by)


if __name__ == "__main__":
    sys.setrecursionlimit(100_000)
    main(sys.argv[1], sys.argv[2], [int(value) for value in sys.argv[3:]])

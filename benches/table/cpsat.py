"""Solves a scheduling problem from standard input (JSON, see cpsat.rs) with CP-SAT within argv[1] seconds."""

import json
import sys

from ortools.sat.python import cp_model

problem = json.load(sys.stdin)
horizon = problem["horizon"]
model = cp_model.CpModel()
starts, ends, chosen = [], [], []
# For each resource: intervals with the demand during them, and what there is from the beginning.
loads = [[] for _ in problem["resources"]]
base = [initial for initial, _ in problem["resources"]]


def load(resource, first, last, amount, present):
    """Counts an amount from one moment to another, if present."""
    length = model.new_int_var(0, horizon, "")
    interval = model.new_optional_interval_var(first, length, last, present, "")
    loads[resource].append((interval, amount))


def step(resource, moment, amount, present):
    """Makes a level rise at a moment, or fall, if present."""
    if amount > 0:
        load(resource, moment, horizon, amount, present)
    elif amount < 0:
        base[resource] += amount
        load(resource, 0, moment, -amount, present)
        if present is not True:
            load(resource, 0, horizon, -amount, present.negated())


for action, modes in enumerate(problem["actions"]):
    start = model.new_int_var(0, horizon, "")
    end = model.new_int_var(0, horizon, "")
    present = [model.new_bool_var("") for _ in modes] if len(modes) > 1 else [True]
    if len(modes) > 1:
        model.add_exactly_one(present)
    for (duration, demands), here in zip(modes, present):
        both = model.new_optional_interval_var(start, duration, end, here, "")
        for resource, take, give in demands:
            # What is taken and given back is held while the action runs. Of the rest, what rises does so for good, and what falls was
            # there from the beginning.
            held = max(min(take, give), 0)
            if held:
                loads[resource].append((both, held))
            step(resource, start, take - held, here)
            step(resource, end, held - give, here)
    starts.append(start)
    ends.append(end)
    chosen.append(present)

for resource, (_, capacity) in enumerate(problem["resources"]):
    if not loads[resource]:
        continue
    # Rooms beyond what could ever be used are the same as that much.
    used = base[resource] + sum(amount for _, amount in loads[resource])
    capacity = [(since, min(room, used)) for since, room in capacity]
    most = max(room for _, room in capacity)
    for (since, room), (until, _) in zip(capacity, capacity[1:] + [(horizon, 0)]):
        if room < most and since < horizon:
            length = min(until, horizon) - since
            fixed = model.new_fixed_size_interval_var(since, length, "")
            loads[resource].append((fixed, most - room))
    intervals, amounts = zip(*loads[resource])
    model.add_cumulative(intervals, amounts, most - base[resource])

for first, then in problem["precedences"]:
    model.add(ends[first] <= starts[then])
for by_end, members in problem["groups"]:
    times = ends if by_end else starts
    for member in members[1:]:
        model.add(times[member] == times[members[0]])
for action, modes, intervals in problem["windows"]:
    inside = [model.new_bool_var("") for _ in intervals]
    asked = chosen[action][slice(*modes)] if modes else [True]
    model.add(sum(inside) == sum(asked))
    for (since, until), here in zip(intervals, inside):
        model.add(starts[action] >= since).only_enforce_if(here)
        model.add(ends[action] <= min(until, horizon)).only_enforce_if(here)

value = problem["constant"]
for action, (at_start, at_end, by_mode) in enumerate(problem["terms"]):
    value += at_start * starts[action] + at_end * ends[action]
    value += sum(cost * here for cost, here in zip(by_mode, chosen[action]))
if problem["makespan"]:
    last = model.new_int_var(0, horizon, "")
    model.add_max_equality(last, ends)
    value += problem["makespan"] * last
model.minimize(value)
for start, hint in zip(starts, problem.get("hint", [])):
    model.add_hint(start, hint)

solver = cp_model.CpSolver()
solver.parameters.max_time_in_seconds = float(sys.argv[1])
solver.parameters.num_workers = 2
status = solver.solve(model)
found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
print(json.dumps({
    "value": solver.objective_value if found else None,
    "bound": solver.best_objective_bound,
}))

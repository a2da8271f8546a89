"""What machine_guard must say of readings.csv under several recipes: a direct reading of the rules, in plain loops."""

import csv
import json
import math
import os

WINDOW, HOT, COOLED, COLD = 12, 100.0, 96.0, 55.0


def rule(process, gate, field, test, bound, level, warn=1, act=1, reset=False, deadband=None):
    return dict(process=process, gate=gate, field=field, test=test, bound=bound, level=level, warn=warn, act=act, reset=reset, deadband=deadband)


RECORD, UPDATE, DECIDE = "record_reading", "update_statistics", "decide_mode"
RECIPES = {
    "three cold readings in a row stop the machine": [
        rule(RECORD, "inputs", "value", "min", -20, "B"),
        rule(RECORD, "outputs", "domain.temperature", "min", 45, "S", act=3, reset=True),
    ],
    "eleven cold readings, in a row or not, abort": [
        rule(RECORD, "outputs", "domain.temperature", "min", 48, "A", warn=9, act=11),
        rule(RECORD, "outputs", "domain.temperature", "max", 96, "C", warn=2, act=5, reset=True),
    ],
    "every fourth reading out of range is refused": [
        rule(RECORD, "inputs", "value", "between", [60, 95.5], "B", warn=3, act=4),
        rule(RECORD, "outputs", "domain.temperature", "max", 100, "C", act=7),
    ],
    "the committed state is judged before the next reading": [
        rule(RECORD, "inputs", "domain.temperature", "min", 30, "B", warn=2, act=6, reset=True),
        rule(RECORD, "inputs", "value", "max", 100.5, "B"),
        rule(RECORD, "outputs", "domain.temperature", "max_delta", 3, "C", act=2),
        rule(RECORD, "outputs", "domain.temperature", "max_delta", 0.5, "I", warn=5, act=10),
    ],
    "a machine that swings is no base for decisions": [
        rule(UPDATE, "outputs", "domain.window.deviation", "max", 4, "B", act=2),
        rule(UPDATE, "outputs", "domain.window.high", "max", 99, "C", warn=4, act=20, reset=True),
        rule(DECIDE, "inputs", "domain.window.mean", "min", 50, "C", warn=6, act=12, reset=True),
    ],
    "a cold hour aborts in the middle of a chain": [
        rule(RECORD, "outputs", "domain.temperature", "max", 80, "I", warn=10, act=30),
        rule(DECIDE, "inputs", "domain.window.mean", "min", 50, "A", warn=3, act=12, reset=True),
    ],
    "an excursion acts once, and is over when the value is back by the deadband": [
        rule(RECORD, "outputs", "domain.temperature", "max", 100, "C", deadband=0.5),
        rule(RECORD, "outputs", "domain.temperature", "max", 99, "I", deadband=1),
        rule(RECORD, "outputs", "domain.temperature", "between", [60, 101], "C", warn=2, act=2, deadband=0.25),
        rule(RECORD, "outputs", "domain.temperature", "max", 102, "B", deadband=3),
        rule(UPDATE, "outputs", "domain.window.low", "min", 60, "C", deadband=10),
    ],
    "a cold mean stops the machine in the middle of a chain": [
        rule(UPDATE, "outputs", "domain.window.low", "min", 10, "C", act=3),
        rule(UPDATE, "outputs", "domain.window.mean", "min", 20, "S", warn=2, act=5),
    ],
}


def shown(bound):
    return "[" + ", ".join(map(shown, bound)) + "]" if isinstance(bound, list) else str(bound)


def name(rule):
    return f"{rule['field']} {rule['test']} {shown(rule['bound'])}"


def yaml(rules):
    lines = ["process_recipes:"]
    for process in (RECORD, UPDATE, DECIDE):
        if any(rule["process"] == process for rule in rules):
            lines.append(f"  {process}:")
        for gate in ("inputs", "outputs"):
            chosen = [rule for rule in rules if (rule["process"], rule["gate"]) == (process, gate)]
            lines += [f"    {gate}:"] if chosen else []
            for r in chosen:
                settings = f"level: {r['level']}, min_threshold: {r['warn']}, max_threshold: {r['act']}"
                reset = str(r["reset"]).lower()
                deadband = f", deadband: {r['deadband']}" if r["deadband"] else ""
                lines.append(
                    f"      - {{ field: {r['field']}, {r['test']}: {shown(r['bound'])}, {settings}, reset_on_success: {reset}{deadband} }}"
                )
    return "\n".join(lines) + "\n"


def holds(rule, value, committed):
    test, bound = rule["test"], rule["bound"]
    if test == "min":
        return value >= bound
    if test == "max":
        return value <= bound
    if test == "between":
        return bound[0] <= value <= bound[1]
    if test == "max_delta":
        # What was never written is not its default: the first value has no predecessor.
        return committed is None or abs(value - committed) <= bound
    raise ValueError(test)


def is_back(rule, value):
    """Whether a value that passes is inside by the deadband."""
    test, bound, by = rule["test"], rule["bound"], rule["deadband"]
    low, high = bound if test == "between" else (bound, bound)
    return (test == "max" or value >= low + by) and (test == "min" or value <= high - by)


class Refused(Exception):
    def __init__(self, level):
        self.level = level


class Guard:
    def __init__(self, rules):
        self.rules, self.counts, self.outside = rules, [0] * len(rules), [False] * len(rules)
        self.violations = self.warnings = self.committed = self.rejected = self.readings = 0
        self.actions, self.state, self.status = [], "WAITING", "running"
        self.temperature, self.written, self.values, self.mode = 0.0, False, [], "normal"
        self.window = dict.fromkeys(["mean", "low", "high", "deviation"], 0.0)

    def judge(self, process, gate, seen, reading):
        """All rules of one gate; the strongest level that acts refuses the run."""
        worst = None
        for at, rule in enumerate(self.rules):
            if (rule["process"], rule["gate"]) != (process, gate):
                continue
            value, committed = seen[rule["field"]]
            if holds(rule, value, committed):
                if rule["reset"]:
                    self.counts[at] = 0
                if rule["deadband"] and is_back(rule, value):
                    self.outside[at] = False
                continue
            if rule["deadband"]:
                # What refuses runs is held against each of them.
                was_outside, self.outside[at] = self.outside[at], True
                if was_outside and rule["level"] in "CI":
                    continue
            self.violations += 1
            self.counts[at] += 1
            if self.counts[at] == rule["act"]:
                self.counts[at] = 0
                timestamp, number = reading
                self.actions.append(dict(reading=self.readings, timestamp=timestamp, value=number, level=rule["level"], process=process, rule=name(rule)))
                if rule["level"] in "SAB" and (worst is None or "SAB".index(rule["level"]) < "SAB".index(worst)):
                    worst = rule["level"]
            elif self.counts[at] >= rule["warn"]:
                self.warnings += 1
        if worst:
            raise Refused(worst)

    def record(self, reading):
        before, value = self.temperature, reading[1]
        self.judge(RECORD, "inputs", {"value": (value, None), "domain.temperature": (before, before)}, reading)
        self.judge(RECORD, "outputs", {"domain.temperature": (value, before if self.written else None)}, reading)
        self.temperature, self.written = value, True

    def update(self, reading):
        values = (self.values + [self.temperature])[-WINDOW:]
        mean = math.fsum(values) / len(values)
        deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
        window = dict(mean=mean, low=min(values), high=max(values), deviation=deviation)
        self.judge(UPDATE, "outputs", {f"domain.window.{key}": (window[key], self.window[key]) for key in window}, reading)
        self.values, self.window = values, window

    def decide(self, reading):
        mean = self.window["mean"]
        self.judge(DECIDE, "inputs", {"domain.window.mean": (mean, mean)}, reading)
        hot_from = COOLED if self.mode == "hot" else HOT
        self.mode = "hot" if mean >= hot_from else "cold" if mean < COLD else "normal"
        self.state = {"hot": "COOLING", "cold": "COLD", "normal": "RUNNING"}[self.mode]

    def take(self, reading):
        """One reading. Says whether another can be taken."""
        self.readings += 1
        recorded = False
        try:
            self.record(reading)
            recorded, self.state = True, "ASSESSING"
            self.update(reading)
            self.decide(reading)
        except Refused as refused:
            if refused.level == "B":
                self.state = "SUSPECT"
            else:
                self.status = "halted" if refused.level == "S" else "aborted"
        self.committed += recorded
        self.rejected += not recorded
        return self.status == "running"

    def summary(self):
        return dict(
            readings=self.readings, committed=self.committed, rejected=self.rejected, violations=self.violations,
            warnings=self.warnings, actions=self.actions, final_state=self.state, halted=self.status == "halted", status=self.status,
        )


def main():
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "readings.csv"), newline="") as file:
        readings = [(row["timestamp"], float(row["value"])) for row in csv.DictReader(file)]
    figures = []
    for title, rules in RECIPES.items():
        guard = Guard(rules)
        for reading in readings:
            if not guard.take(reading):
                break
        figures.append(dict(title=title, recipe=yaml(rules), summary=guard.summary()))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()

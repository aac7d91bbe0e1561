/** Whether something holds: `maybe` where it can't be told from what is known. */
export type Match = "yes" | "no" | "maybe";

/** Both hold. */
export function both(one: Match, other: Match): Match {
    return one === "no" || other === "no" ? "no" : one === "yes" && other === "yes" ? "yes" : "maybe";
}

/** Either holds. */
export function either(one: Match, other: Match): Match {
    return not(both(not(one), not(other)));
}

/** It does not hold. */
export function not(match: Match): Match {
    return match === "yes" ? "no" : match === "no" ? "yes" : "maybe";
}

/** All hold; nothing to hold is yes. */
export function every<T>(items: readonly T[], test: (item: T) => Match): Match {
    return items.reduce<Match>((known, item) => (known === "no" ? known : both(known, test(item))), "yes");
}

/** One holds; nothing to hold is no. */
export function some<T>(items: readonly T[], test: (item: T) => Match): Match {
    return items.reduce<Match>((known, item) => (known === "yes" ? known : either(known, test(item))), "no");
}

/** A yes or no that is known. */
export function certain(holds: boolean): Match {
    return holds ? "yes" : "no";
}

/** A copy of an object without some of its fields. */
export function omit<T extends object, K extends keyof T>(object: T, ...fields: readonly K[]): Omit<T, K> {
    return Object.fromEntries(Object.entries(object).filter(([key]) => !fields.some((field) => field === key))) as Omit<
        T,
        K
    >;
}

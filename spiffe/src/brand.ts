/**
 * Lets several copies of this package in one process recognise each other's objects, as `instanceof` and a Symbol of one's own don't: a
 * dependency tree may well hold two versions. Symbols can't come out of JSON, so nothing read from outside can pretend.
 */
export function brandSymbol(name: string): symbol {
    return Symbol.for(`@x0tta6bl4/spiffe:${name}`);
}

/** Marks the instances of a class of this package, and has its `instanceof` know those of every copy. Subclasses stay as they are. */
export function brand(type: NewableFunction): void {
    const key = brandSymbol(type.name);
    Object.defineProperty(type.prototype, key, { value: true });
    Object.defineProperty(type, Symbol.hasInstance, {
        value(this: unknown, value: unknown): boolean {
            return this === type
                ? typeof value === "object" && value !== null && Reflect.get(value, key) === true
                : Function.prototype[Symbol.hasInstance].call(this as NewableFunction, value);
        },
    });
}

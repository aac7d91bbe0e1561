/**
 * Lets several copies of this package in one process recognise each other's objects, as `instanceof` and a Symbol of one's own don't: a
 * dependency tree may well hold two versions. Symbols can't come out of JSON, so nothing read from outside can pretend.
 */
export function brandSymbol(name: string): symbol {
    return Symbol.for(`@x0tta6bl4/spiffe:${name}`);
}

/** Marks the instances of a class of this package, so that {@link isBranded} knows those of every copy. */
export function brand(type: { readonly prototype: object; readonly name: string }): void {
    Object.defineProperty(type.prototype, brandSymbol(type.name), { value: true });
}

/** Whether `value` is an instance of the class of this name in any copy of the package. */
export function isBranded(value: unknown, name: string): boolean {
    return typeof value === "object" && value !== null && Reflect.get(value, brandSymbol(name)) === true;
}

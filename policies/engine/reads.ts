import { LOOKUP_TYPE } from "../kubernetes/foundation";

/**
 * Tells what a program deploys from what it only reads to look at its cluster, which is as somebody else made it and is not
 * the stack's to answer for. The engine hands both over with the stack and marks neither, but asks about each registered
 * resource by itself first, and never about one that is read.
 */
export class Reads {
    private readonly asked = new Set<string>();

    /** Notes that the engine asks about a resource by itself. */
    public note(urn: string): void {
        this.asked.add(urn);
    }

    /**
     * Whether a resource of the stack was only read, below a component for that. What is registered below such a component is
     * deployed like anything else, and so is everything where the engine has asked about nothing by itself.
     */
    public has({ urn }: { readonly urn: string }): boolean {
        const types = urn.split("::")[2]?.split("$") ?? [];
        return this.asked.size > 0 && types.at(-2) === LOOKUP_TYPE && !this.asked.has(urn);
    }
}

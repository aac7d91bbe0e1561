import type { Image } from "../components/images";
import { IMAGES } from "../components/images";
import { apiOf, lookUp } from "./registry";

/** What came of a row of the table of images. */
export interface Row {
    readonly line: string;
    readonly state: "right" | "wrong" | "unchecked";
}

/**
 * Asks the registries whether the tag and the digest of each image belong together.
 *
 * @param images the table; a row without a digest is pinned by settings, and left out
 * @param api the address of a registry's API
 */
export async function checkedRows(images: Readonly<Record<string, Image>>, api = apiOf): Promise<readonly Row[]> {
    const pinned = Object.entries(images).filter(([, { digest }]) => digest !== undefined);
    return Promise.all(
        pinned.map(async ([name, { registry, repository, tag, digest = "" }]): Promise<Row> => {
            const answer = await lookUp({ registry, repository, reference: tag }, api);
            const image = `${name}: ${registry}/${repository}:${tag}`;
            switch (answer.kind) {
                case "unknown":
                    return { state: "unchecked", line: `${image} was not checked: ${answer.reason}` };
                case "absent":
                    return { state: "wrong", line: `${image} does not exist` };
                case "there":
                    return answer.digest === digest
                        ? { state: "right", line: `${image} is ${digest}` }
                        : { state: "wrong", line: `${image} is ${answer.digest}, but pinned as ${digest}` };
            }
        }),
    );
}

/** The digest that belongs to another tag of an image of the table, to be pinned with it. */
export async function digestOf(
    images: Readonly<Record<string, Image>>,
    name: string,
    tag: string,
    api = apiOf,
): Promise<Row> {
    const image = images[name];
    if (image === undefined) {
        return {
            state: "wrong",
            line: `${name} is no image of the table; known are ${Object.keys(images).join(", ")}`,
        };
    }
    const answer = await lookUp({ ...image, reference: tag }, api);
    const reference = `${name}: ${image.registry}/${image.repository}:${tag}`;
    switch (answer.kind) {
        case "unknown":
            return { state: "unchecked", line: `${reference} was not looked up: ${answer.reason}` };
        case "absent":
            return { state: "wrong", line: `${reference} does not exist` };
        case "there":
            return { state: "right", line: `${reference} is ${answer.digest}` };
    }
}

/** How a run ends that came to these rows: 1 where something is wrong, 77, as a skipped test, where nothing could be asked. */
export function exitCodeOf(rows: readonly Row[]): 0 | 1 | 77 {
    const states = rows.map(({ state }) => state);
    return states.includes("wrong") ? 1 : states.every((state) => state === "unchecked") ? 77 : 0;
}

/** `npm run images:check`: checks the table. `npm run images:check -- <image> <tag>`: the digest of another tag. */
async function main(operands: readonly string[]): Promise<void> {
    const [name, tag, ...more] = operands;
    if ((name === undefined) !== (tag === undefined) || more.length > 0) {
        process.stderr.write("usage: npm run images:check [-- <image> <tag>]\n");
        process.exitCode = 2;
        return;
    }
    const rows =
        name === undefined || tag === undefined ? await checkedRows(IMAGES) : [await digestOf(IMAGES, name, tag)];
    rows.forEach(({ line }) => process.stdout.write(`${line}\n`));
    const unchecked = rows.filter(({ state }) => state === "unchecked").length;
    if (unchecked > 0) {
        process.stderr.write(`skipped: ${unchecked} of ${rows.length} images could not be asked for\n`);
    }
    process.exitCode = exitCodeOf(rows);
}

if (require.main === module) {
    void main(process.argv.slice(2));
}

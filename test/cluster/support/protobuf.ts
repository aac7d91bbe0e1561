import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** The fields of a message that hold text, bytes or messages, by their number; repeated ones in their order. */
export type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

/** Reads a message of the CSI or the kubelet's plugin interface without its schema, as far as it holds such fields. */
export function readFields(message: Uint8Array): Fields {
    const fields = new Map<number, Uint8Array[]>();
    const reader = new BinaryReader(message);
    while (reader.pos < reader.len) {
        const [number, type] = reader.tag();
        if (type === WireType.LengthDelimited) {
            fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
        } else {
            reader.skip(type, number);
        }
    }
    return fields;
}

/** The text of a field; empty where it is left out. */
export function textOf(fields: Fields, number: number): string {
    return Buffer.from(fields.get(number)?.at(-1) ?? []).toString();
}

/** A `map<string, string>`. */
export function mapOf(fields: Fields, number: number): ReadonlyMap<string, string> {
    return new Map(
        (fields.get(number) ?? []).map((entry) => {
            const pair = readFields(entry);
            return [textOf(pair, 1), textOf(pair, 2)];
        }),
    );
}

/** A message of text fields by their number. */
export function textMessage(fields: Readonly<Record<number, string>>): Buffer {
    const writer = new BinaryWriter();
    for (const [number, text] of Object.entries(fields)) {
        writer.tag(Number(number), WireType.LengthDelimited).string(text);
    }
    return Buffer.from(writer.finish());
}

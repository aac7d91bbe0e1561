import { area } from "../area";
import type { ImageSettings } from ".";
import { imageFaults, imageSettings } from ".";

export const imagesArea = area({
    key: "images",
    description: "Where images come from",
    settings: imageSettings,
    faults: ({ images }: { readonly images: ImageSettings }, path) => imageFaults(images, path),
});

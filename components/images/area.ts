import { area } from "../area";
import { imageSettings } from ".";

export const imagesArea = area({
    key: "images",
    description: "Where images come from",
    settings: imageSettings,
});

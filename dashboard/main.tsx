import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import { render } from "solid-js/web";
import { App } from "./app.tsx";
import { preferredLanguage } from "./preferences.ts";
import { loadWords } from "./words/words.ts";

/** Puts the application into the page, as soon as it can speak. */
const words = await loadWords(preferredLanguage(window));
render(() => <App words={words} />, document.querySelector("#app")!);

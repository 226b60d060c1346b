import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/parts.css";
import { render } from "solid-js/web";
import { App } from "./app.tsx";

/** Puts the application into the page. */
render(() => <App />, document.querySelector("#app")!);

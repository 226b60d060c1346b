import "../styles/first-run.css";
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import { REJECT_WORDS } from "../../model/words.ts";
import { SIGNALS, type SignalId } from "../../model/signals.ts";
import type { Reject } from "../../model/reading.ts";
import { get, post, type Page } from "../api.ts";
import { Field } from "../components/door.tsx";
import { Panel } from "../components/panel.tsx";
import { errorText } from "../components/states.tsx";
import { usePlant, useShell } from "../context.ts";
import { formatAge, formatTime } from "../format.ts";
import { displayOf, formatSignal } from "../units.ts";
import { brokerPort, exampleMessage, publishCommand } from "./first-run-example.ts";

/** 空状态: what to send, with which account, and what arrived. */
export function FirstRun(props: { onContinue: () => void }): JSX.Element {
  const { t } = useShell();
  const { network, live, user } = usePlant();
  const first = network.stations[0];
  const mayCreate = user.role === "engineer" || user.role === "admin";
  const [gateway, setGateway] = createSignal<Gateway>();
  return (
    <Show when={first} fallback={<p class="state">{t("firstRunNoStations")}</p>}>
      {(station) => {
        const example = createMemo(() => exampleMessage(network, station().id, Math.floor(live.now() / 60_000) * 60_000));
        const command = (): string =>
          publishCommand({
            host: location.hostname,
            port: brokerPort(live.health()),
            user: gateway()?.name ?? "GATEWAY",
            password: gateway()?.password ?? "PASSWORD",
            topic: example().topic,
            payload: example().payload,
          });
        return (
          <div class="first-run">
            <h1>{t("firstRunTitle")}</h1>
            <p class="secondary">{t("firstRunNote")}</p>
            <Panel title={t("firstRunGateway")} note={t("firstRunGatewayNote")}>
              <Show when={mayCreate} fallback={<p class="grid-note">{t("firstRunGatewayForbidden")}</p>}>
                <GatewayForm gateway={gateway()} onCreated={setGateway} />
              </Show>
            </Panel>
            <Panel title={t("firstRunTopic")}>
              <Snippet text={example().topic} />
            </Panel>
            <Panel title={t("firstRunPayload")}>
              <Snippet text={example().pretty} />
            </Panel>
            <Panel title={t("firstRunCommand")}>
              <Snippet text={command()} />
            </Panel>
            <Arrival onContinue={props.onContinue} />
          </div>
        );
      }}
    </Show>
  );
}

interface Gateway {
  readonly name: string;
  readonly password: string;
}

function GatewayForm(props: { gateway: Gateway | undefined; onCreated: (gateway: Gateway) => void }): JSX.Element {
  const shell = useShell();
  const { t } = shell;
  const { network } = usePlant();
  const [name, setName] = createSignal("gateway-1");
  const [busy, setBusy] = createSignal(false);
  const [failure, setFailure] = createSignal<string>();
  const create = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const answer = await post<Gateway>("/api/gateways", {
      name: name().trim(),
      stations: network.stations.slice(0, GATEWAY_STATIONS_MAX).map((station) => station.id),
    });
    setBusy(false);
    if (answer.ok) props.onCreated(answer.value);
    else setFailure(errorText(shell, answer.error));
  };
  return (
    <Show
      when={props.gateway}
      fallback={
        <form class="first-run-form" onSubmit={(event) => void create(event)}>
          <Field label={t("firstRunGatewayName")} name="gateway" autocomplete="off" value={name()} onInput={setName} />
          <p>
            <span class="secondary">{t("firstRunGatewayStations")}</span>{" "}
            {t("firstRunGatewayAll", { n: Math.min(GATEWAY_STATIONS_MAX, network.stations.length) })}
          </p>
          <button type="submit" class="button button-main" disabled={busy()}>
            {busy() ? t("firstRunGatewayCreating") : t("firstRunGatewayCreate")}
          </button>
          <div role="alert">
            <Show when={failure()}>{(text) => <p class="form-error">{text()}</p>}</Show>
          </div>
        </form>
      }
    >
      {(created) => (
        <div class="first-run-secret" role="status">
          <p class="strong">{t("firstRunGatewayOnce")}</p>
          <dl class="keys">
            <dt>{t("firstRunGatewayName")}</dt>
            <dd>
              <code>{created().name}</code>
            </dd>
            <dt>{t("password")}</dt>
            <dd>
              <code>{created().password}</code>
            </dd>
          </dl>
        </div>
      )}
    </Show>
  );
}

/** As many as one gateway may be registered for. */
const GATEWAY_STATIONS_MAX = 1_000;

function Snippet(props: { text: string }): JSX.Element {
  const { t } = useShell();
  const [copied, setCopied] = createSignal(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(props.text);
    } catch {
      return; // the browser was told not to: the text can still be selected
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div class="snippet">
      <pre tabindex="0">
        <code>{props.text}</code>
      </pre>
      {/* Only where the browser allows it: over TLS or on this machine. */}
      <Show when={window.isSecureContext}>
        <button type="button" class="button" onClick={() => void copy()}>
          {copied() ? t("copied") : t("copy")}
        </button>
      </Show>
    </div>
  );
}

const REJECTS_REFRESH_MS = 3_000;

/** The wait for the first message, why one could not be used, and what arrived. */
function Arrival(props: { onContinue: () => void }): JSX.Element {
  const { t, say, preferences } = useShell();
  const { live, network, user } = usePlant();
  const startedAt = live.now();
  const [reject, setReject] = createSignal<Reject>();
  const arrived = createMemo(() =>
    [...live.stations().values()].find((station) => station.receivedAt !== null && Object.keys(station.values).length > 0),
  );
  const look = async (): Promise<void> => {
    if (document.hidden || arrived() !== undefined || user.role === "viewer") return;
    const answer = await get<Page<Reject>>("/api/rejects", { limit: 1 });
    if (answer.ok) setReject(answer.value.items[0]);
  };
  const timer = setInterval(() => void look(), REJECTS_REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const name = (id: string): string => network.asset(id)?.name ?? id;
  return (
    <section class="arrival" aria-live="polite">
      <Show
        when={arrived()}
        fallback={
          <>
            <p>
              <span class="arrival-pulse" aria-hidden="true" /> <b>{t("firstRunWaiting")}</b>{" "}
              <span class="secondary">{t("firstRunWaited", { age: formatAge(Math.floor((live.now() - startedAt) / 1000) * 1000) })}</span>
            </p>
            <Show when={reject()}>
              {(found) => (
                <div class="form-error">
                  <p class="strong">
                    {t("firstRunRejected")} {formatTime(network.timezone, found().at, true)}
                  </p>
                  <p>
                    {t("firstRunRejectLine", {
                      topic: found().topic,
                      reason: say(REJECT_WORDS[found().reason]),
                      expected: found().expected,
                      found: found().found,
                    })}{" "}
                    {found().suggestion ?? ""}
                  </p>
                </div>
              )}
            </Show>
          </>
        }
      >
        {(station) => (
          <>
            <p class="strong">{t("firstRunArrived", { station: name(station().id) })}</p>
            <dl class="arrival-values">
              <For
                each={Object.entries(station().values).flatMap(([asset, values]) =>
                  Object.entries(values).map(([signal, value]) => ({ asset, signal: signal as SignalId, value })),
                )}
              >
                {(item) => (
                  <div>
                    <dt>
                      {name(item.asset)} {say(SIGNALS[item.signal].name)}
                    </dt>
                    <dd>
                      <b>
                        {formatSignal(item.signal, item.value[1], preferences.pressureUnit())}{" "}
                        {displayOf(item.signal, preferences.pressureUnit()).unit}
                      </b>{" "}
                      <span class="secondary">{formatTime(network.timezone, item.value[0], true)}</span>
                    </dd>
                  </div>
                )}
              </For>
            </dl>
            <button type="button" class="button button-main" onClick={() => props.onContinue()}>
              {t("firstRunContinue")}
            </button>
          </>
        )}
      </Show>
    </section>
  );
}

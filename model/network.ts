import { SIGNALS, type Level, type SignalId } from "./signals.ts";

/** The heat network as its owner describes it (CONTRACT 6), defaults filled in, and the tree that everything else walks. */

export interface Season {
  /** Starts of the phases, epoch ms; undefined when the network file does not say. */
  readonly filling?: number;
  readonly commissioning?: number;
  readonly heating?: number;
  readonly end?: number;
}

export type Heating = "radiator" | "floor";

/** Facts of one circuit with the documented defaults of `model/network-file.ts` filled in. */
export interface CircuitFacts {
  readonly heating: Heating;
  readonly heatedAreaM2: number;
  /** The file tells area, households or water volume; else all three are a guess by the units that it names. */
  readonly sizeIsKnown: boolean;
  readonly households: number;
  readonly designSupplyC: number;
  readonly designReturnC: number;
  readonly designOutdoorC: number;
  readonly circulationM3h: number;
  readonly waterVolumeM3: number;
  /** Pressure that the highest point needs at the pump suction; undefined: learned from the readings. */
  readonly staticPressureKpa: number | undefined;
  readonly makeupControl: "band" | "vfd";
  /** Heating curve [outdoor °C, supply °C], ascending outdoor; undefined: the design curve of DOMAIN 2. */
  readonly curve: readonly (readonly [number, number])[] | undefined;
}

export interface UnitFacts {
  readonly households: number;
  readonly heatedAreaM2: number;
  readonly position: "corner" | "end" | "middle";
  /** 报停: the unit is not heated by agreement. */
  readonly suspended: boolean;
}

export interface Asset {
  readonly id: string;
  readonly level: Level;
  readonly name: string;
  readonly parent: string | undefined;
  readonly children: readonly string[];
  readonly station: string;
  readonly circuit: string | undefined;
  readonly building: string | undefined;
  readonly unit: string | undefined;
  /** Stations only. */
  readonly area?: string;
  readonly primaryBranch?: string;
  readonly position?: readonly [number, number];
  readonly circuitFacts?: CircuitFacts;
  readonly unitFacts?: UnitFacts;
  /** Buildings only. */
  readonly floors?: number;
  readonly address?: string;
  /** Rooms only. */
  readonly floor?: number;
  readonly roomPosition?: "top" | "bottom" | "corner" | "middle";
}

/** 测点: the identity of one time series. One object per (asset, signal) and network, so it can be compared by `===`. */
export interface Point {
  readonly index: number;
  readonly station: string;
  readonly asset: string;
  readonly signal: SignalId;
}

export interface Area {
  readonly id: string;
  readonly name: string;
}

export interface Steward {
  readonly id: string;
  readonly name: string;
  readonly areas: readonly string[];
  readonly phone?: string;
}

/** What is the same for all circuits of a station. */
const STATION_WIDE: ReadonlySet<SignalId> = new Set(["t_out", "t1_supply", "p1_supply", "p1_return", "power_ok", "tank_level", "flood"]);

/** The whole network, immutable after construction but for the interning of points. */
export class Network {
  readonly name: string;
  readonly timezone: string;
  readonly season: Season;
  readonly areas: readonly Area[];
  readonly stewards: readonly Steward[];
  readonly stations: readonly Asset[];
  readonly #assets: ReadonlyMap<string, Asset>;
  readonly #points = new Map<string, Map<string, Point>>();
  readonly #pointList: Point[] = [];

  constructor(facts: {
    name: string;
    timezone: string;
    season: Season;
    areas: readonly Area[];
    stewards: readonly Steward[];
    assets: readonly Asset[];
  }) {
    this.name = facts.name;
    this.timezone = facts.timezone;
    this.season = facts.season;
    this.areas = facts.areas;
    this.stewards = facts.stewards;
    this.#assets = new Map(facts.assets.map((asset) => [asset.id, asset]));
    this.stations = facts.assets.filter((asset) => asset.level === "station");
  }

  asset(id: string): Asset | undefined {
    return this.#assets.get(id);
  }

  assets(): Iterable<Asset> {
    return this.#assets.values();
  }

  get assetCount(): number {
    return this.#assets.size;
  }

  /** The point of a known asset and a signal of its level; undefined otherwise. Interned: same arguments, same object. */
  point(assetId: string, signal: SignalId): Point | undefined {
    const known = this.#points.get(assetId)?.get(signal);
    if (known !== undefined) return known;
    const asset = this.#assets.get(assetId);
    if (asset === undefined || !(SIGNALS[signal].levels as readonly Level[]).includes(asset.level)) return undefined;
    const point: Point = { index: this.#pointList.length, station: asset.station, asset: assetId, signal };
    this.#pointList.push(point);
    let bySignal = this.#points.get(assetId);
    if (bySignal === undefined) this.#points.set(assetId, (bySignal = new Map()));
    bySignal.set(signal, point);
    return point;
  }

  /** The point with this index. Throws on an index that was never handed out (a broken invariant). */
  pointAt(index: number): Point {
    const point = this.#pointList[index];
    if (point === undefined) throw new Error(`no point has index ${index}`);
    return point;
  }

  /** All descendants of an asset on one level, in file order. */
  below(id: string, level: Level): Asset[] {
    const found: Asset[] = [];
    const walk = (assetId: string): void => {
      const asset = this.#assets.get(assetId);
      if (asset === undefined) return;
      if (asset.level === level) found.push(asset);
      else for (const child of asset.children) walk(child);
    };
    walk(id);
    return found;
  }

  /** The asset itself and everything above it, nearest first. */
  lineage(id: string): Asset[] {
    const line: Asset[] = [];
    for (
      let asset = this.#assets.get(id);
      asset !== undefined;
      asset = asset.parent === undefined ? undefined : this.#assets.get(asset.parent)
    )
      line.push(asset);
    return line;
  }

  /**
   * Where a signal of a circuit is to be found: on the circuit, or on its station when that has only this circuit (CONTRACT 2), or when
   * the signal is one of the station as a whole (its primary supply, the weather); for a station with one circuit likewise the other
   * way round. Own point first.
   */
  carriers(assetId: string, signal: SignalId): string[] {
    const asset = this.#assets.get(assetId);
    if (asset === undefined) return [];
    const circuits = this.#assets.get(asset.station)?.children ?? [];
    if (asset.level === "circuit") return circuits.length === 1 || STATION_WIDE.has(signal) ? [assetId, asset.station] : [assetId];
    if (asset.level === "station") return circuits.length === 1 ? [assetId, circuits[0]!] : [assetId];
    return [assetId];
  }

  /** "北苑 · 高区 · 3号楼 · 2单元": the names from the station down to the asset. */
  fullName(id: string): string {
    return this.lineage(id)
      .map((asset) => asset.name)
      .reverse()
      .join(" · ");
  }
}

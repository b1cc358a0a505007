import { Maximize, Minus, MoveDown, MoveRight, Plus } from "lucide-react";
import type { ReactNode } from "react";
import type { Camera } from "./camera";
import type { Direction } from "./layout/types";

const ZOOM = 1.5;

export function Controls(props: {
  camera: Camera;
  direction: Direction;
  onDirection: (direction: Direction) => void;
}) {
  const { camera, direction, onDirection } = props;
  const other = direction === "right" ? "down" : "right";
  const Turn = other === "right" ? MoveRight : MoveDown;
  return (
    <div
      role="toolbar"
      aria-label="View of the graph"
      className="absolute top-2 right-2 z-10 flex flex-col overflow-hidden rounded-md border border-line bg-panel shadow-panel"
    >
      <Tool label="Zoom in" onClick={() => camera.zoom(ZOOM)}>
        <Plus aria-hidden className="size-4" />
      </Tool>
      <Tool label="Zoom out" onClick={() => camera.zoom(1 / ZOOM)}>
        <Minus aria-hidden className="size-4" />
      </Tool>
      <Tool label="Fit to view" onClick={() => camera.fit()}>
        <Maximize aria-hidden className="size-4" />
      </Tool>
      <Tool
        label={other === "right" ? "Lay out from left to right" : "Lay out from the top down"}
        onClick={() => onDirection(other)}
      >
        <Turn aria-hidden className="size-4" />
      </Tool>
    </div>
  );
}

function Tool(props: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      onClick={props.onClick}
      className="flex size-8 items-center justify-center border-line text-dim outline-offset-[-2px] not-first:border-t hover:bg-sunken hover:text-text"
    >
      {props.children}
    </button>
  );
}

import { PageHead } from "@/ui/panel";

export function DagPage() {
  return <PageHead title="DagPage" />;
}

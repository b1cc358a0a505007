import { PageHead } from "@/ui/panel";

export function RunsPage() {
  return <PageHead title="RunsPage" />;
}

import { PageHead } from "@/ui/panel";

export function SystemPage() {
  return <PageHead title="SystemPage" />;
}
